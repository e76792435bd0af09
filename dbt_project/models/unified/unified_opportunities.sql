{{ rows_of_all_systems('opportunities', [
    'opportunity_id', 'record_id', 'name', 'stage_name', 'amount', 'owner_id', 'company_record_key',
    'campaign_id', 'is_won', 'is_closed', 'lost_reason', 'created_at', 'close_date_at',
]) }}
