{{ salesforce_rows_that_differ('Contact', 'contacts', 'contact_id') }}
