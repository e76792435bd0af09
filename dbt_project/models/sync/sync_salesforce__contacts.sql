{{ lead_rows_that_differ('salesforce', 'Contact', 'contacts', 'contact_id') }}
