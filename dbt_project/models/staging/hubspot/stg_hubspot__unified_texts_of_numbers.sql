{{ texts_of_numbers('raw_hubspot', ['contacts', 'companies', 'deals'], deleted='archived') }}
