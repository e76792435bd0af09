{{ rows_of_all_systems('owners', ['owner_id', 'object', 'email', 'full_name', 'owner_type', 'is_active']) }}
