-- A log: until when the owner of a lead is to answer it. Every owner has the whole time that the grade promises, from the
-- moment he has the lead, or it is ready if that comes later. A row is added when there is a new owner or another
-- promise. What was noted about the same promise stays, also by log_due_times, where owners' due times were noted before
-- they had a log of their own: what was late stays late.

with owners as (
    select
        lead_id,
        decision_number,
        assigned_at,
        row_number() over (partition by lead_id order by decision_number desc) as place
    from {{ ref('log_assignment_decisions') }}
    where assigned_at <= {{ as_of() }}
),

promised as (
    select
        promises.lead_id,
        owners.decision_number,
        greatest(owners.assigned_at, ready.ready_at) as promised_from,
        promises.sla_minutes
    from {{ ref('int_service_levels__promises') }} as promises
    inner join {{ ref('int_lifecycle__ready_leads') }} as ready on promises.lead_id = ready.lead_id
    inner join owners on promises.lead_id = owners.lead_id and owners.place = 1
    where promises.kind = 'response' and promises.is_latest
),

noted as (
    {% if is_incremental() %}
    select
        *,
        row_number() over (partition by lead_id, decision_number order by noted_at desc, due_at) as place
    from {{ this }}
    {% else %}
    select lead_id, decision_number, promised_from, sla_minutes, 1 as place from promised where 1 = 0
    {% endif %}
),

fresh as (
    select promised.*
    from promised
    left join noted
        on promised.lead_id = noted.lead_id and promised.decision_number = noted.decision_number and noted.place = 1
    where
        (noted.lead_id is null and promised.sla_minutes is not null)
        or noted.promised_from != promised.promised_from
        or (noted.lead_id is not null and noted.sla_minutes is distinct from promised.sla_minutes)
),

known as (
    select lead_id, promised_from, sla_minutes, min(calendar) as calendar, min(due_at) as due_at
    from (
        select lead_id, promised_from, sla_minutes, calendar, due_at from {{ ref('log_due_times') }}
        {% if is_incremental() %}
        union all
        select lead_id, promised_from, sla_minutes, calendar, due_at from {{ this }}
        {% endif %}
    ) as times
    group by lead_id, promised_from, sla_minutes
),

moments as (
    select fresh.lead_id, fresh.sla_minutes, fresh.promised_from as moment_at, calendars.calendar, calendars.time_zone
    from fresh
    inner join {{ ref('int_service_levels__lead_calendars') }} as calendars on fresh.lead_id = calendars.lead_id
),

{{ working_time(['lead_id', 'sla_minutes']) }},

targets as (
    select *, working_seconds + sla_minutes * 60 as due_seconds from counted
)

select
    fresh.lead_id,
    fresh.decision_number,
    fresh.promised_from,
    fresh.sla_minutes,
    coalesce(known.calendar, targets.calendar) as calendar,
    coalesce(
        known.due_at,
        {{ dbt.dateadd('second', 'cast(targets.due_seconds - days.seconds_before as integer)', 'days.opens_at') }}
    ) as due_at,
    {{ as_of() }} as noted_at
from fresh
left join known
    on
        fresh.lead_id = known.lead_id
        and fresh.promised_from = known.promised_from
        and fresh.sla_minutes = known.sla_minutes
left join targets on fresh.lead_id = targets.lead_id
left join {{ ref('int_service_levels__working_days') }} as days
    on
        targets.calendar = days.calendar
        and days.seconds_before < targets.due_seconds
        and targets.due_seconds <= days.seconds_before + days.open_seconds
