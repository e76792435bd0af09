{{ texts_of_numbers('hubspot', ['contacts', 'companies', 'deals'], deleted='archived') }}
