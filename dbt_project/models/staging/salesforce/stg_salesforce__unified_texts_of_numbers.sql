{{ texts_of_numbers('raw_salesforce', ['Lead', 'Account', 'Opportunity', 'Campaign'], deleted='IsDeleted') }}
