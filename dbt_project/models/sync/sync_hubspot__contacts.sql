{{ lead_rows_that_differ('hubspot', 'contacts', 'contacts', 'contact_id', 'leadwright_*', 'hubspot_owner_id') }}
