-- A log: a row is added when a task is called for, and never a second one for the same event. Who reaches a grade again
-- gets another task after the quiet days of that rule. The due time is that of the request that waits for an answer, else
-- the grade's working minutes from now on; what was given stays.

with events as (
    select * from {{ ref('int_writing__task_events') }}
),

called as (
    {% if is_incremental() %}
    select lead_id, kind, grade, task_key, event_at from {{ this }}
    {% else %}
    select lead_id, kind, grade, task_key, event_at from events where 1 = 0
    {% endif %}
),

known as (
    select ids.current_lead_id as lead_id, called.kind, called.grade, called.task_key, called.event_at
    from called
    inner join {{ ref('int_identity__lead_ids') }} as ids on called.lead_id = ids.lead_id
),

fresh as (
    select events.*
    from events
    left join known
        on
            events.lead_id = known.lead_id
            and events.kind = known.kind
            and events.grade is not distinct from known.grade
            and (
                events.task_key = known.task_key
                or {{ dbt.dateadd('day', 'events.quiet_days', 'known.event_at') }} > events.event_at
            )
    where known.task_key is null
),

moments as (
    select
        fresh.task_key,
        scores.sla_minutes,
        {{ as_of() }} as moment_at,
        calendars.calendar,
        calendars.time_zone
    from fresh
    inner join {{ ref('int_scoring__current_scores') }} as scores on fresh.lead_id = scores.lead_id
    inner join {{ ref('int_service_levels__lead_calendars') }} as calendars on fresh.lead_id = calendars.lead_id
    where scores.sla_minutes is not null and fresh.kind != 'taken_away'
),

{{ working_time(['task_key', 'sla_minutes']) }},

targets as (
    select *, working_seconds + sla_minutes * 60 as due_seconds from counted
),

promised as (
    select
        targets.task_key,
        {{ dbt.dateadd('second', 'cast(targets.due_seconds - days.seconds_before as integer)', 'days.opens_at') }} as due_at
    from targets
    inner join {{ ref('int_service_levels__working_days') }} as days
        on
            targets.calendar = days.calendar
            and days.seconds_before < targets.due_seconds
            and targets.due_seconds <= days.seconds_before + days.open_seconds
),

requests as (
    select lead_id, sla_due_at from {{ ref('int_writing__latest_requests') }} where sla_status = 'open'
)

select
    fresh.task_key,
    fresh.lead_id,
    fresh.kind,
    fresh.grade,
    fresh.event_at,
    fresh.crm,
    fresh.rep_id,
    fresh.other_rep_id,
    coalesce(
        case when fresh.kind = 'reached_grade' then requests.sla_due_at end,
        promised.due_at,
        {{ dbt.dateadd('day', 1, as_of()) }}
    ) as due_at,
    {{ as_of() }} as called_at
from fresh
left join requests on fresh.lead_id = requests.lead_id
left join promised on fresh.task_key = promised.task_key
