{{ rows_of_each_account('answer_fields', ['object', 'field', 'topic'], []) }}
