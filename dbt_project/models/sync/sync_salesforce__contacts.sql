{{ lead_rows_that_differ('salesforce', 'Contact', 'contacts', 'contact_id', 'Leadwright_*__c', 'OwnerId', 255) }}
