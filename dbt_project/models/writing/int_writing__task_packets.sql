-- The values that the texts of each new task may name. The due time is shown by the clocks of who is to do it; where no
-- calendar of his is known, by those of the lead's.

with tasks as (
    select tasks.*, ids.current_lead_id
    from {{ ref('log_lead_tasks') }} as tasks
    inner join {{ ref('int_identity__lead_ids') }} as ids on tasks.lead_id = ids.lead_id
    where tasks.called_at > {{ dbt.dateadd('day', -7, as_of()) }}
),

zones as (
    select calendar, min(time_zone) as time_zone from {{ ref('calendars') }} group by calendar
),

placed as (
    select
        tasks.task_key,
        tasks.current_lead_id as lead_id,
        tasks.kind,
        tasks.grade,
        tasks.other_rep_id,
        tasks.due_at,
        coalesce(zones.time_zone, lead_calendars.time_zone, 'UTC') as time_zone
    from tasks
    left join {{ ref('int_routing__rep_availability') }} as reps on tasks.rep_id = reps.rep_id
    left join zones on reps.calendar = zones.calendar
    left join {{ ref('int_service_levels__lead_calendars') }} as lead_calendars
        on tasks.current_lead_id = lead_calendars.lead_id
),

timed as (
    select *, cast({{ local_time('due_at', 'time_zone') }} as string) as local_due from placed
)

select
    timed.task_key,
    timed.lead_id,
    timed.kind,
    timed.grade as rule_grade,
    substring(timed.local_due, 1, 10) as due_on,
    substring(timed.local_due, 1, 16) || ' (' || timed.time_zone || ')' as due,
    {{ task_value('people.full_name') }} as name,
    {{ task_value('people.job_title') }} as job_title,
    {{ task_value('people.company_name') }} as company,
    {{ task_value("concat_ws(', ', coalesce(people.full_name, people.email), people.job_title, people.company_name)") }} as who,
    {{ task_value('people.phone') }} as phone,
    {{ task_value('people.email') }} as email,
    scores.grade,
    cast(scores.score as string) as score,
    {{ task_value('scores.play') }} as play,
    {{ task_value('scores.next_action') }} as action,
    {{ task_value('scores.next_question') }} as question,
    {{ task_value('scores.top_reasons') }} as reasons,
    {{ task_value('owners.reason') }} as owner_reason,
    {{ task_value('other_reps.full_name') }} as other_rep,
    {{ task_value('notes.engagement') }} as engagement,
    {{ task_value('notes.pain') }} as pain,
    {{ task_value('notes.timing') }} as timing,
    {{ task_value('notes.budget') }} as budget,
    {{ task_value('notes.answers') }} as answers
from timed
inner join {{ ref('int_identity__people') }} as people on timed.lead_id = people.lead_id
inner join {{ ref('int_scoring__current_scores') }} as scores on timed.lead_id = scores.lead_id
left join {{ ref('int_routing__assignments') }} as owners on timed.lead_id = owners.lead_id
left join {{ ref('int_identity__reps') }} as other_reps on timed.other_rep_id = other_reps.rep_id
left join {{ ref('int_writing__lead_notes') }} as notes on timed.lead_id = notes.lead_id
