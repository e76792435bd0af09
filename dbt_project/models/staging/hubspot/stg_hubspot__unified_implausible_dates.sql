{{ implausible_dates(
    'hubspot', ['contacts', 'companies', 'deals', 'emails', 'calls', 'meetings', 'tasks'], key='hs_object_id'
) }}
