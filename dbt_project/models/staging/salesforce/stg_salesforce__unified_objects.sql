{{ pulled_objects(
    'salesforce',
    {
        'Lead': 'SystemModstamp', 'Contact': 'SystemModstamp', 'Account': 'SystemModstamp',
        'Opportunity': 'SystemModstamp', 'OpportunityContactRole': 'SystemModstamp', 'Task': 'SystemModstamp',
        'Event': 'SystemModstamp', 'Campaign': 'SystemModstamp', 'CampaignMember': 'SystemModstamp',
        'LeadHistory': 'CreatedDate', 'OpportunityHistory': 'CreatedDate',
    },
    deleted='IsDeleted'
) }}
union all
{{ pulled_objects('salesforce', {'User': 'SystemModstamp'}) }}
