-- A log: until when an answer was promised, by the calendar that the lead had in the run that noted it. Hours, holidays
-- and time zones that change later change no due time that was given: what was late stays late.

with promises as (
    select distinct promises.lead_id, promises.promised_from, promises.sla_minutes
    from {{ ref('int_service_levels__promises') }} as promises
    {% if is_incremental() %}
    left join {{ this }} as known
        on
            promises.lead_id = known.lead_id
            and promises.promised_from = known.promised_from
            and promises.sla_minutes = known.sla_minutes
    {% endif %}
    where promises.sla_minutes is not null {{ "and known.lead_id is null" if is_incremental() }}
),

moments as (
    select
        promises.lead_id,
        promises.promised_from,
        promises.promised_from as moment_at,
        promises.sla_minutes,
        calendars.calendar,
        calendars.time_zone
    from promises
    inner join {{ ref('int_service_levels__lead_calendars') }} as calendars on promises.lead_id = calendars.lead_id
),

{{ working_time(['lead_id', 'promised_from', 'sla_minutes']) }},

targets as (
    select *, working_seconds + sla_minutes * 60 as due_seconds from counted
)

select
    targets.lead_id,
    targets.promised_from,
    targets.sla_minutes,
    targets.calendar,
    {{ dbt.dateadd(
        'second', 'cast(targets.due_seconds - working_days.seconds_before as integer)', 'working_days.opens_at'
    ) }} as due_at,
    {{ as_of() }} as noted_at
from targets
inner join {{ ref('int_service_levels__working_days') }} as working_days
    on
        targets.calendar = working_days.calendar
        and working_days.seconds_before < targets.due_seconds
        and targets.due_seconds <= working_days.seconds_before + working_days.open_seconds
