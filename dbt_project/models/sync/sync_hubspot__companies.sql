{{ account_rows_that_differ('hubspot', 'companies', 'companies', 'company_id', 'leadwright_*') }}
