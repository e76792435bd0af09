{{ rows_of_all_systems('answer_changes', ['record_key', 'crm_object', 'field', 'value', 'changed_at']) }}
