-- What has become of each task that was called for, and whether it is still to be made: not where a CRM shows it or has
-- accepted it, be it deleted there since; nor where the lead is closed, has cooled down or has another owner by now, or
-- nothing could be sent for a week: then it is no news any more.

with sent as (
    select crm, record_id as task_key, max({{ in_utc('answered_at') }}) as sent_at
    from {{ source('ops', 'writes') }}
    where status = 'accepted'
    group by crm, record_id
),

shown as (
    select task_key, max(case when done_at <= {{ as_of() }} then done_at end) as done_at
    from {{ ref('unified_activities') }}
    where task_key is not null
    group by task_key
),

tasks as (
    select
        called.task_key,
        ids.current_lead_id as lead_id,
        called.kind,
        called.grade,
        called.crm,
        case
            when called.kind = 'reached_grade' and sent.task_key is null and shown.task_key is null
                then coalesce(owners.rep_id, called.rep_id)
            else called.rep_id
        end as rep_id,
        called.other_rep_id,
        owners.rep_id as present_rep_id,
        called.due_at,
        called.called_at,
        sent.sent_at,
        shown.task_key is not null as is_shown,
        shown.done_at
    from {{ ref('log_lead_tasks') }} as called
    inner join {{ ref('int_identity__lead_ids') }} as ids on called.lead_id = ids.lead_id
    left join {{ ref('int_routing__assignments') }} as owners on ids.current_lead_id = owners.lead_id
    left join sent on called.crm = sent.crm and called.task_key = sent.task_key
    left join shown on called.task_key = shown.task_key
    where ids.current_lead_id is not null
)

select
    tasks.*,
    records.record_id,
    accounts.owner_id,
    coalesce(
        records.shown_rep_id = case tasks.kind when 'taken_away' then tasks.other_rep_id else tasks.rep_id end, false
    ) as is_owner_shown,
    tasks.sent_at is null
    and not tasks.is_shown
    and records.record_id is not null
    and accounts.owner_id is not null
    and tasks.called_at > {{ dbt.dateadd('day', -7, as_of()) }}
    and (tasks.kind != 'reached_grade' or scores.grade = tasks.grade)
    and coalesce(
        tasks.present_rep_id = case tasks.kind when 'taken_away' then tasks.other_rep_id else tasks.rep_id end, false
    )
    and coalesce(records.shown_rep_id, tasks.rep_id) in (tasks.rep_id, coalesce(tasks.other_rep_id, tasks.rep_id))
        as is_to_make
from tasks
left join {{ ref('int_writing__task_records') }} as records
    on tasks.lead_id = records.lead_id and tasks.crm = records.crm and records.place = 1
left join {{ ref('int_identity__crm_owners') }} as accounts
    on tasks.crm = accounts.crm and tasks.rep_id = accounts.rep_id and accounts.place = 1 and accounts.is_active
left join {{ ref('int_scoring__current_scores') }} as scores on tasks.lead_id = scores.lead_id
