{{ rows_of_all_systems('answers', ['record_key', 'crm_object', 'field', 'value', 'modified_at']) }}
