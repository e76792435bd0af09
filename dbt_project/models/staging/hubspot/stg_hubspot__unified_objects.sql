{{ pulled_objects(
    'hubspot',
    {
        'contacts': 'lastmodifieddate', 'companies': 'hs_lastmodifieddate', 'deals': 'hs_lastmodifieddate',
        'emails': 'hs_lastmodifieddate', 'calls': 'hs_lastmodifieddate', 'meetings': 'hs_lastmodifieddate',
        'tasks': 'hs_lastmodifieddate',
    },
    deleted='archived'
) }}
