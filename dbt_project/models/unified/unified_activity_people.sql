{{ rows_of_all_systems('activity_people', [
    'activity_key', 'record_key',
]) }}
