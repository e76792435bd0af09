-- The answer to a lead that came back, and its deadline, in working time of the calendar of the lead's region.

with returns as (
    select
        returns.lead_id,
        returns.return_number,
        returns.returned_at,
        returns.first_touch_at,
        calendars.calendar,
        calendars.time_zone
    from {{ ref('int_lifecycle__lead_returns') }} as returns
    inner join {{ ref('int_service_levels__lead_calendars') }} as calendars on returns.lead_id = calendars.lead_id
),

moments as (
    {% for moment in ['returned_at', 'first_touch_at'] %}
    select lead_id, return_number, '{{ moment }}' as moment, {{ moment }} as moment_at, calendar, time_zone from returns
    {{ "union all" if not loop.last }}
    {% endfor %}
),

{{ working_time(['lead_id', 'return_number', 'moment']) }},

spans as (
    select
        lead_id,
        return_number,
        max(case when moment = 'returned_at' then working_seconds end) as returned_at,
        max(case when moment = 'first_touch_at' then working_seconds end) as first_touch_at
    from counted
    group by lead_id, return_number
)

select
    returns.lead_id,
    returns.return_number,
    returns.calendar,
    cast(spans.first_touch_at - spans.returned_at as double) / 60 as response_working_minutes,
    promises.grade as promised_grade,
    promises.sla_minutes,
    times.due_at as sla_due_at
from returns
left join spans on returns.lead_id = spans.lead_id and returns.return_number = spans.return_number
left join {{ ref('int_service_levels__promises') }} as promises
    on
        returns.lead_id = promises.lead_id
        and promises.kind = 'return'
        and returns.returned_at = promises.promised_from
left join {{ ref('log_due_times') }} as times
    on
        promises.lead_id = times.lead_id
        and promises.promised_from = times.promised_from
        and promises.sla_minutes = times.sla_minutes
