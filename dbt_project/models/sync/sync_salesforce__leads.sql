{{ lead_rows_that_differ('salesforce', 'Lead', 'leads', 'lead_record_id') }}
