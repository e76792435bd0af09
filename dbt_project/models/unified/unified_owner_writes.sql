{{ rows_of_all_systems('owner_writes', [
    'lead_id', 'record_key', 'after_values', 'crm_updated_at', 'record_changed_at', 'answered_at',
    'undone_owner_id', 'restored_owner_id', 'is_lifted',
]) }}
