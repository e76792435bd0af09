{{ rows_of_all_systems('owner_changes', ['record_key', 'changed_at']) }}
