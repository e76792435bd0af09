{{ rows_of_each_account('nurture', ['play', 'list_or_campaign'], []) }}
