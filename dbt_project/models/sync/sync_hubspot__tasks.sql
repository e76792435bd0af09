-- HubSpot shows the body as HTML, so that what a form was told is escaped.

select
    tasks.crm,
    tasks.task_key as record_id,
    tasks.lead_id,
    {{ dbt.hash("texts.title || '|' || texts.packet || '|' || tasks.owner_id || '|' || tasks.record_id") }} as payload_hash,
    cast(null as timestamp) as record_changed_at,
    tasks.is_owner_shown,
    tasks.record_id as person_id,
    tasks.owner_id as hubspot_owner_id,
    texts.title as hs_task_subject,
    substring({{ html_text('texts.packet') }}, 1, 60000) as hs_task_body,
    'TODO' as hs_task_type,
    'NOT_STARTED' as hs_task_status,
    case tasks.kind when 'taken_away' then 'LOW' else 'HIGH' end as hs_task_priority,
    {{ dbt.date_trunc('second', 'tasks.due_at') }} as hs_timestamp,
    tasks.task_key as leadwright_task_key
from {{ ref('int_writing__lead_tasks') }} as tasks
inner join {{ ref('int_writing__task_texts') }} as texts on tasks.task_key = texts.task_key
where tasks.is_to_make and tasks.crm in ({{ quoted_accounts_of('hubspot') }})
