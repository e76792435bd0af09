{{ salesforce_rows_that_differ('Lead', 'leads', 'lead_record_id') }}
