{{ own_values('salesforce', ['Lead', 'Contact', 'Account']) }}
