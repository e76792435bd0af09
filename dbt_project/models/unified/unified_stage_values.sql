{{ rows_of_all_systems('stage_values', ['record_key', 'field', 'value', 'modified_at']) }}
