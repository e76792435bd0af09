{{ texts_of_numbers('salesforce', ['Lead', 'Account', 'Opportunity', 'Campaign'], deleted='IsDeleted') }}
