{{ implausible_dates(
    'raw_salesforce',
    [
        'Lead', 'Contact', 'Account', 'Opportunity', 'OpportunityContactRole', 'Task', 'Event', 'Campaign',
        'CampaignMember',
    ],
    key='Id'
) }}
