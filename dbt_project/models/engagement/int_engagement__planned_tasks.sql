-- Tasks with a day by which they are to be done. What was logged as done when it was written down was never planned, and
-- what we made is no plan of a rep.

select distinct
    tasks.crm || ':' || tasks.record_id || '/' || identities.lead_id as follow_up_id,
    identities.lead_id,
    owners.rep_id,
    tasks.due_at,
    case when tasks.done_at <= {{ as_of() }} then tasks.done_at end as done_at
from {{ ref('unified_activities') }} as tasks
inner join {{ ref('unified_activity_people') }} as people on tasks.activity_key = people.activity_key
inner join {{ ref('int_identity__records') }} as identities on people.record_key = identities.record_key
left join {{ ref('int_identity__crm_owners') }} as owners on tasks.crm = owners.crm and tasks.owner_id = owners.owner_id
where
    tasks.due_at is not null
    and tasks.task_key is null
    and tasks.created_at <= {{ as_of() }}
    and (tasks.done_at is null or tasks.done_at > tasks.created_at)
