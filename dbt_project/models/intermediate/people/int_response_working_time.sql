{% set moments = ['ready_at', 'first_touch_at'] %}

-- Response and deadline in working time of the calendar of the lead's region: nights, weekends and holidays do not
-- count. A deadline is the moment at which as many working seconds have passed as were promised.

with leads as (
    select
        responses.lead_id,
        responses.ready_at,
        responses.first_touch_at,
        scores.sla_minutes,
        calendars.calendar,
        calendars.time_zone
    from {{ ref('int_responses') }} as responses
    inner join {{ ref('int_scores') }} as scores on responses.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('int_people') }} as people on responses.lead_id = people.lead_id
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
due as (
    select
        leads.lead_id,
        leads.time_zone,
        working_days.day_on,
        working_days.opens_second + ready.working_seconds + leads.sla_minutes * 60 - working_days.seconds_before
            as due_second
    from leads
    inner join ready_at_seconds as ready on leads.lead_id = ready.lead_id
    inner join working_days
        on
            leads.calendar = working_days.calendar
            and working_days.seconds_before < ready.working_seconds + leads.sla_minutes * 60
            and ready.working_seconds + leads.sla_minutes * 60 <= working_days.seconds_before + working_days.open_seconds
)

select
    leads.lead_id,
    leads.calendar,
    cast(touched.working_seconds - ready.working_seconds as double) / 60 as response_working_minutes,
    {{ utc_time(
        dbt.dateadd('second', 'cast(due.due_second as integer)', 'cast(due.day_on as timestamp)'), 'due.time_zone'
    ) }} as sla_due_at
from leads
inner join ready_at_seconds as ready on leads.lead_id = ready.lead_id
left join first_touch_at_seconds as touched on leads.lead_id = touched.lead_id
left join due on leads.lead_id = due.lead_id
