select
    crm,
    hs_object_id as task_id,
    {{ as_timestamp('hs_timestamp') }} as due_at,
    {{ as_timestamp('hs_task_completion_date') }} as completed_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_text('hs_task_status') }} as status,
    {{ as_text('hs_task_type') }} as task_type,
    {{ as_text('hs_task_subject') }} as subject,
    {{ as_text('leadwright_task_key') }} as task_key,
    {{ as_timestamp('hs_createdate') }} as created_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted
from {{ raw_rows('hubspot', 'tasks') }}
