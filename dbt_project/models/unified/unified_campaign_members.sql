{{ rows_of_all_systems('campaign_members', [
    'member_key', 'campaign_key', 'record_key', 'joined_at', 'responded_at', 'response_known_at',
]) }}
