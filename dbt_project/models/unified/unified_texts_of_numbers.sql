{{ rows_of_all_systems('texts_of_numbers', ['crm_object', 'field', 'text', 'record_count']) }}
