{{ rows_of_all_systems('companies', [
    'record_key', 'object', 'record_id', 'name', 'website', 'country', 'city', 'industry', 'employee_count',
    'revenue_amount', 'owner_id', 'created_at', 'is_deleted',
]) }}
