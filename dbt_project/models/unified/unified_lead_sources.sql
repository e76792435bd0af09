{{ rows_of_each_account('lead_sources', ['value'], ['channel']) }}
