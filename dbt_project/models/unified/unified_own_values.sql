{{ rows_of_all_systems('own_values', ['record_key', 'crm_object', 'field', 'value']) }}
