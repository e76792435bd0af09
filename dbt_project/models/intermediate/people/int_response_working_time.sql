{% set log = earlier_rows('int_assignment_decisions') %}
{% set moments = ['ready_at', 'first_touch_at', 'visible_at', 'owner_from_at'] %}
{% set deadlines = [('due', 'ready_at'), ('owner_due', 'owner_from_at')] %}

-- Response and deadline in working time of the calendar of the lead's region: nights, weekends and holidays do not
-- count. A deadline is the moment at which as many working seconds have passed as were promised: to the lead since it was
-- ready, of its owner since he has had it.

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
        case
            when assigned.assigned_at > responses.ready_at then assigned.assigned_at
            when assigned.assigned_at is not null then responses.ready_at
        end as owner_from_at,
        scores.sla_minutes,
        calendars.calendar,
        calendars.time_zone
    from {{ ref('int_responses') }} as responses
    inner join {{ ref('int_scores') }} as scores on responses.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('int_people') }} as people on responses.lead_id = people.lead_id
    left join assigned on responses.lead_id = assigned.lead_id
    left join {{ ref('calendars') }} as regional on people.region = regional.region
    inner join {{ ref('calendars') }} as calendars
        on
            regional.calendar = calendars.calendar
            or (regional.calendar is null and calendars.region is null)
),

working_days as (
    select * from {{ ref('int_working_days') }}
),

{% for moment in moments %}
{{ moment }}_local as (
    select lead_id, calendar, {{ local_time(moment, 'time_zone') }} as local_at from leads
),

{{ moment }}_seconds as (
    select
        moments.lead_id,
        working_days.seconds_before
        + greatest(
            0,
            least(
                working_days.open_seconds,
                {{ seconds_between('cast(cast(moments.local_at as date) as timestamp)', 'moments.local_at') }}
                - working_days.opens_second
            )
        ) as working_seconds
    from {{ moment }}_local as moments
    inner join working_days
        on moments.calendar = working_days.calendar and cast(moments.local_at as date) = working_days.day_on
),

{% endfor %}
{% for deadline, moment in deadlines %}
{% set due_second %}
cast(
    working_days.opens_second + begun.working_seconds + leads.sla_minutes * 60 - working_days.seconds_before as integer
)
{% endset %}
{{ deadline }} as (
    select
        leads.lead_id,
        {{ utc_time(
            dbt.dateadd('second', due_second, 'cast(working_days.day_on as timestamp)'), 'leads.time_zone'
        ) }} as due_at
    from leads
    inner join {{ moment }}_seconds as begun on leads.lead_id = begun.lead_id
    inner join working_days
        on
            leads.calendar = working_days.calendar
            and working_days.seconds_before < begun.working_seconds + leads.sla_minutes * 60
            and begun.working_seconds + leads.sla_minutes * 60 <= working_days.seconds_before + working_days.open_seconds
){{ "," if not loop.last }}

{% endfor %}
select
    leads.lead_id,
    leads.calendar,
    cast(touched.working_seconds - ready.working_seconds as double) / 60 as response_working_minutes,
    cast(touched.working_seconds - visible.working_seconds as double) / 60 as human_working_minutes,
    due.due_at as sla_due_at,
    owner_due.due_at as owner_due_at
from leads
inner join ready_at_seconds as ready on leads.lead_id = ready.lead_id
left join first_touch_at_seconds as touched on leads.lead_id = touched.lead_id
left join visible_at_seconds as visible on leads.lead_id = visible.lead_id
left join due on leads.lead_id = due.lead_id
left join owner_due on leads.lead_id = owner_due.lead_id
