{{ rows_of_each_account('lead_stages', ['field', 'value'], ['stage', 'reason_code']) }}
