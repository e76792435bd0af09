{{ rows_of_all_systems('campaigns', [
    'campaign_key', 'campaign_id', 'name', 'campaign_type', 'starts_at', 'ends_at', 'budgeted_amount',
    'cost_amount',
]) }}
