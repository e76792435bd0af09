-- Response and deadlines in working time of the calendar of the lead's region: nights, weekends and holidays do not
-- count. A deadline is the moment at which as many working seconds have passed as were promised (log_due_times); of
-- several promises to a lead the one that ends first.

with leads as (
    select
        responses.lead_id,
        responses.ready_at,
        responses.first_touch_at,
        responses.visible_at,
        calendars.calendar,
        calendars.time_zone
    from {{ ref('int_service_levels__responses') }} as responses
    inner join {{ ref('int_service_levels__lead_calendars') }} as calendars on responses.lead_id = calendars.lead_id
),

moments as (
    {% for moment in ['ready_at', 'first_touch_at', 'visible_at'] %}
    select lead_id, '{{ moment }}' as moment, {{ moment }} as moment_at, calendar, time_zone from leads
    {{ "union all" if not loop.last }}
    {% endfor %}
),

{{ working_time(['lead_id', 'moment']) }},

spans as (
    select
        lead_id,
        max(case when moment = 'ready_at' then working_seconds end) as ready_at,
        max(case when moment = 'first_touch_at' then working_seconds end) as first_touch_at,
        max(case when moment = 'visible_at' then working_seconds end) as visible_at
    from counted
    group by lead_id
),

due as (
    select
        promises.lead_id,
        min(times.due_at) as sla_due_at
    from {{ ref('int_service_levels__promises') }} as promises
    inner join {{ ref('log_due_times') }} as times
        on
            promises.lead_id = times.lead_id
            and promises.promised_from = times.promised_from
            and promises.sla_minutes = times.sla_minutes
    where promises.kind = 'response'
    group by promises.lead_id
)

select
    leads.lead_id,
    leads.calendar,
    cast(spans.first_touch_at - spans.ready_at as double) / 60 as response_working_minutes,
    cast(spans.first_touch_at - spans.visible_at as double) / 60 as human_working_minutes,
    promises.grade as promised_grade,
    promises.play as promised_play,
    promises.sla_minutes,
    due.sla_due_at
from leads
left join spans on leads.lead_id = spans.lead_id
left join {{ ref('int_service_levels__promises') }} as promises
    on leads.lead_id = promises.lead_id and promises.kind = 'response' and promises.is_latest
left join due on leads.lead_id = due.lead_id
