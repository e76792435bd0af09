-- Salesforce keeps the day on which a task is due; the hour goes into the reminder.

select
    tasks.crm,
    tasks.task_key as record_id,
    tasks.lead_id,
    {{ dbt.hash("texts.title || '|' || texts.packet || '|' || tasks.owner_id || '|' || tasks.record_id") }} as payload_hash,
    cast(null as timestamp) as record_changed_at,
    tasks.is_owner_shown,
    tasks.record_id as person_id,
    tasks.owner_id as OwnerId,
    texts.title as Subject,
    texts.packet as Description,
    'Not Started' as Status,
    case tasks.kind when 'taken_away' then 'Low' else 'High' end as Priority,
    texts.due_on as ActivityDate,
    {{ dbt.date_trunc('second', 'tasks.due_at') }} as ReminderDateTime,
    true as IsReminderSet,
    tasks.task_key as Leadwright_Task_Key__c
from {{ ref('int_writing__lead_tasks') }} as tasks
inner join {{ ref('int_writing__task_texts') }} as texts on tasks.task_key = texts.task_key
where tasks.is_to_make and tasks.crm in ({{ quoted_accounts_of('salesforce') }})
