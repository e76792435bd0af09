-- The answer to a lead that came back, and its deadline, in working time of the calendar of the lead's region.

with returns as (
    select
        returns.lead_id,
        returns.return_number,
        returns.returned_at,
        returns.first_touch_at,
        promises.grade,
        promises.sla_minutes
    from {{ ref('int_lead_returns') }} as returns
    left join {{ ref('int_return_promises') }} as promises
        on returns.lead_id = promises.lead_id and returns.returned_at = promises.returned_at
),

marks as (
    select lead_id, return_number, 'returned_at' as moment, returned_at as moment_at, sla_minutes from returns
    union all
    select
        lead_id,
        return_number,
        'first_touch_at' as moment,
        first_touch_at as moment_at,
        cast(null as integer) as sla_minutes
    from returns
),

moments as (
    select marks.*, calendars.calendar, calendars.time_zone
    from marks
    inner join {{ ref('int_lead_calendars') }} as calendars on marks.lead_id = calendars.lead_id
),

{{ working_time(['lead_id', 'return_number', 'moment']) }},

spans as (
    select
        lead_id,
        return_number,
        calendar,
        max(case when moment = 'returned_at' then working_seconds end) as returned_at,
        max(case when moment = 'first_touch_at' then working_seconds end) as first_touch_at
    from counted
    group by lead_id, return_number, calendar
)

select
    returns.lead_id,
    returns.return_number,
    spans.calendar,
    cast(spans.first_touch_at - spans.returned_at as double) / 60 as response_working_minutes,
    returns.grade as promised_grade,
    returns.sla_minutes,
    deadlines.due_at as sla_due_at
from returns
left join spans on returns.lead_id = spans.lead_id and returns.return_number = spans.return_number
left join deadlines on returns.lead_id = deadlines.lead_id and returns.return_number = deadlines.return_number
