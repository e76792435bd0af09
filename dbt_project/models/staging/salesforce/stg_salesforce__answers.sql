{{ answer_rows('salesforce', 'Lead', 'Id', 'SystemModstamp') }}
union all
{{ answer_rows('salesforce', 'Contact', 'Id', 'SystemModstamp') }}
