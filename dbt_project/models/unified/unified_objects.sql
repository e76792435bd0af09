{{ rows_of_all_systems('objects', ['crm_object', 'record_count', 'deleted_count', 'last_changed_at']) }}
