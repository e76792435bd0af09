{{ account_rows_that_differ('salesforce', 'Account', 'accounts', 'account_id', 'Leadwright_*__c', 255) }}
