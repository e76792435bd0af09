select
    crm,
    Id as task_id,
    {{ as_text('WhoId') }} as who_id,
    {{ as_text('WhatId') }} as what_id,
    {{ as_text('OwnerId') }} as owner_id,
    {{ as_text('Subject') }} as subject,
    {{ as_text('Status') }} as status,
    coalesce({{ as_flag('IsClosed') }}, false) as is_closed,
    {{ as_text('Type') }} as task_type,
    {{ as_text('TaskSubtype') }} as task_subtype,
    {{ as_text('CallType') }} as call_type,
    {{ as_text('Leadwright_Task_Key__c') }} as task_key,
    {{ as_timestamp('ActivityDate') }} as due_at,
    {{ as_timestamp('CompletedDateTime') }} as completed_at,
    {{ as_timestamp('CreatedDate') }} as created_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Task') }}
