{{ lead_rows_that_differ('paperdesk', 'people', 'people', 'person_id', 'lw_*', 'keeper') }}
