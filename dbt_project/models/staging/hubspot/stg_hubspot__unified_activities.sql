with activities as (
    select
        crm,
        'emails' as object,
        email_id as record_id,
        'email' as channel,
        case when direction = 'INCOMING_EMAIL' then 'in' else 'out' end as direction,
        sent_at as occurred_at,
        coalesce(created_at, sent_at) as created_at,
        owner_id,
        subject,
        coalesce(status, 'SENT') = 'SENT' as is_done,
        cast(null as timestamp) as due_at,
        cast(null as timestamp) as done_at,
        cast(null as string) as task_key
    from {{ ref('stg_hubspot__emails') }}
    where not is_deleted

    union all

    select
        crm,
        'calls' as object,
        call_id as record_id,
        'call' as channel,
        case when direction = 'INBOUND' then 'in' else 'out' end as direction,
        called_at as occurred_at,
        coalesce(created_at, called_at) as created_at,
        owner_id,
        title as subject,
        coalesce(status, 'COMPLETED') not in ('CANCELED', 'QUEUED', 'RINGING', 'CALLING_CRM_USER') as is_done,
        cast(null as timestamp) as due_at,
        cast(null as timestamp) as done_at,
        cast(null as string) as task_key
    from {{ ref('stg_hubspot__calls') }}
    where not is_deleted

    union all

    select
        crm,
        'meetings' as object,
        meeting_id as record_id,
        'meeting' as channel,
        'both' as direction,
        starts_at as occurred_at,
        booked_at as created_at,
        owner_id,
        title as subject,
        coalesce(outcome, 'COMPLETED') not in ('CANCELED', 'NO_SHOW', 'RESCHEDULED') as is_done,
        cast(null as timestamp) as due_at,
        cast(null as timestamp) as done_at,
        cast(null as string) as task_key
    from {{ ref('stg_hubspot__meetings') }}
    where not is_deleted

    union all

    select
        crm,
        'tasks' as object,
        task_id as record_id,
        case task_type when 'CALL' then 'call' when 'EMAIL' then 'email' else 'task' end as channel,
        'out' as direction,
        completed_at as occurred_at,
        created_at,
        owner_id,
        subject,
        coalesce(status = 'COMPLETED', false) and completed_at is not null as is_done,
        due_at,
        case when status = 'COMPLETED' then completed_at end as done_at,
        task_key
    from {{ ref('stg_hubspot__tasks') }}
    where not is_deleted
)

select
    activities.crm || ':' || activities.object || ':' || activities.record_id as activity_key,
    activities.*
from activities
