{{ rows_of_all_systems('implausible_dates', ['crm_object', 'field', 'record_id', 'problem']) }}
