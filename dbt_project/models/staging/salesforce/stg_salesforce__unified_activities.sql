-- A task has no direction: an e-mail whose subject begins like a reply came from the person. Calls and e-mails are tasks
-- of other subtypes, logged when they were made; only a plain one is to be done by its date.

with tasks as (
    select
        *,
        lower(coalesce(task_subtype, '')) as subtype,
        lower(coalesce(task_type, '')) as kind,
        {{ dbt.split_part(words_of('subject'), "' '", 2) }} as first_word
    from {{ ref('stg_salesforce__tasks') }}
    where not is_deleted
),

replies as (
    select word from {{ ref('subject_patterns') }} where kind = 'reply'
)

select
    crm,
    {{ record_key('crm', 'tasks', 'task_id') }} as activity_key,
    'tasks' as object,
    task_id as record_id,
    case
        when subtype = 'listemail' then 'mass_email'
        when subtype = 'call' or kind = 'call' then 'call'
        when subtype = 'email' or kind = 'email' then 'email'
        else 'task'
    end as channel,
    case
        when call_type = 'Inbound' then 'in'
        when
            lower(coalesce(task_subtype, task_type, '')) = 'email'
            and first_word in (select replies.word from replies)
            then 'in'
        else 'out'
    end as direction,
    coalesce(completed_at, created_at) as occurred_at,
    created_at,
    owner_id,
    subject,
    is_closed as is_done,
    case when subtype in ('', 'task') then due_at end as due_at,
    case when subtype in ('', 'task') and is_closed then coalesce(completed_at, due_at) end as done_at,
    task_key
from tasks

union all

select
    crm,
    {{ record_key('crm', 'events', 'event_id') }} as activity_key,
    'events' as object,
    event_id as record_id,
    'meeting' as channel,
    'both' as direction,
    starts_at as occurred_at,
    created_at,
    owner_id,
    subject,
    true as is_done,
    cast(null as timestamp) as due_at,
    cast(null as timestamp) as done_at,
    cast(null as string) as task_key
from {{ ref('stg_salesforce__events') }}
where not is_deleted
