{% set log = earlier_rows('int_assignment_decisions') %}

-- Response and deadlines in working time of the calendar of the lead's region: nights, weekends and holidays do not
-- count. A deadline is the moment at which as many working seconds have passed as were promised: to the lead since it was
-- ready (of several promises the one that ends first), of its owner since he has had it.

with assigned as (
    {% if log %}
    select lead_id, max(assigned_at) as assigned_at from {{ log }} where assigned_at <= {{ as_of() }} group by lead_id
    {% else %}
    select lead_id, cast(null as timestamp) as assigned_at from {{ ref('int_people') }} where 1 = 0
    {% endif %}
),

leads as (
    select
        responses.lead_id,
        responses.ready_at,
        responses.first_touch_at,
        responses.visible_at,
        calendars.calendar,
        calendars.time_zone
    from {{ ref('int_responses') }} as responses
    inner join {{ ref('int_lead_calendars') }} as calendars on responses.lead_id = calendars.lead_id
),

promises as (
    select
        *,
        row_number() over (partition by lead_id order by promise_number desc) as place
    from {{ ref('int_response_promises') }}
),

marks as (
    {% for moment in ['ready_at', 'first_touch_at', 'visible_at'] %}
    select lead_id, '{{ moment }}' as moment, {{ moment }} as moment_at, cast(null as integer) as sla_minutes from leads
    union all
    {% endfor %}
    select lead_id, 'promise' as moment, promised_from as moment_at, sla_minutes from promises
    union all
    select
        leads.lead_id,
        'owner' as moment,
        greatest(assigned.assigned_at, leads.ready_at) as moment_at,
        promises.sla_minutes
    from leads
    inner join assigned on leads.lead_id = assigned.lead_id
    inner join promises on leads.lead_id = promises.lead_id and promises.place = 1
),

moments as (
    select marks.*, leads.calendar, leads.time_zone from marks inner join leads on marks.lead_id = leads.lead_id
),

{{ working_time(['lead_id', 'moment']) }},

spans as (
    select
        lead_id,
        calendar,
        max(case when moment = 'ready_at' then working_seconds end) as ready_at,
        max(case when moment = 'first_touch_at' then working_seconds end) as first_touch_at,
        max(case when moment = 'visible_at' then working_seconds end) as visible_at
    from counted
    group by lead_id, calendar
),

due as (
    select
        lead_id,
        min(case when moment = 'promise' then due_at end) as sla_due_at,
        min(case when moment = 'owner' then due_at end) as owner_due_at
    from deadlines
    group by lead_id
)

select
    spans.lead_id,
    spans.calendar,
    cast(spans.first_touch_at - spans.ready_at as double) / 60 as response_working_minutes,
    cast(spans.first_touch_at - spans.visible_at as double) / 60 as human_working_minutes,
    promises.grade as promised_grade,
    promises.play as promised_play,
    promises.sla_minutes,
    due.sla_due_at,
    due.owner_due_at
from spans
left join promises on spans.lead_id = promises.lead_id and promises.place = 1
left join due on spans.lead_id = due.lead_id
