{{ lead_rows_that_differ('salesforce', 'Lead', 'leads', 'lead_record_id', 'Leadwright_*__c', 'OwnerId', 255) }}
