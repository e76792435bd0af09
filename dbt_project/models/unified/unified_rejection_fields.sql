{{ rows_of_each_account('rejection_fields', ['object', 'field', 'says'], []) }}
