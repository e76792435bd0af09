{{ lead_rows_that_differ('hubspot', 'contacts', 'contacts', 'contact_id') }}
