{{ implausible_dates(
    'salesforce',
    [
        'Lead', 'Contact', 'Account', 'Opportunity', 'OpportunityContactRole', 'Task', 'Event', 'Campaign',
        'CampaignMember',
    ],
    key='Id'
) }}
