{{ answer_rows('raw_salesforce', 'Lead', 'Id', 'SystemModstamp') }}
union all
{{ answer_rows('raw_salesforce', 'Contact', 'Id', 'SystemModstamp') }}
