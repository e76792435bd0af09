{{ rows_of_all_systems('person_events', [
    'record_key', 'kind', 'detail', 'occurred_at', 'is_kept', 'is_deleted',
]) }}
