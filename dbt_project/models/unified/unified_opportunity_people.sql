{{ rows_of_all_systems('opportunity_people', [
    'opportunity_id', 'record_key', 'is_primary', 'joined_at',
]) }}
