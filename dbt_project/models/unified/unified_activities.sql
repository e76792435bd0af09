{{ rows_of_all_systems('activities', [
    'activity_key', 'object', 'record_id', 'channel', 'direction', 'occurred_at', 'created_at', 'owner_id',
    'subject', 'is_done', 'due_at', 'done_at', 'task_key',
]) }}
