{# Common table expressions that count working time. They read a CTE `moments` (the columns `keys`, calendar, time_zone,
   moment_at, sla_minutes) and give `counted` (keys, calendar, time_zone, sla_minutes, working_seconds: those of the
   calendar before the moment, so that the working time between two moments is a difference) and `deadlines` (keys,
   due_at: when as many working seconds have passed since the moment as sla_minutes say). #}
{% macro working_time(keys) %}
{%- set columns = keys | join(', ') -%}
local_moments as (
    select {{ columns }}, calendar, time_zone, sla_minutes, {{ local_time('moment_at', 'time_zone') }} as local_at
    from moments
    where moment_at is not null
),

working_days as (
    select * from {{ ref('int_working_days') }}
),

counted as (
    select
        {% for key in keys %}
        local_moments.{{ key }},
        {% endfor %}
        local_moments.calendar,
        local_moments.time_zone,
        local_moments.sla_minutes,
        working_days.seconds_before
        + greatest(
            0,
            least(
                working_days.open_seconds,
                {{ seconds_between(
                    'cast(cast(local_moments.local_at as date) as timestamp)', 'local_moments.local_at'
                ) }}
                - working_days.opens_second
            )
        ) as working_seconds
    from local_moments
    inner join working_days
        on
            local_moments.calendar = working_days.calendar
            and cast(local_moments.local_at as date) = working_days.day_on
),

{% set due_second %}
cast(
    working_days.opens_second + counted.working_seconds + counted.sla_minutes * 60
    - working_days.seconds_before as integer
)
{% endset %}
deadlines as (
    select
        {% for key in keys %}
        counted.{{ key }},
        {% endfor %}
        {{ utc_time(
            dbt.dateadd('second', due_second, 'cast(working_days.day_on as timestamp)'), 'counted.time_zone'
        ) }} as due_at
    from counted
    inner join working_days
        on
            counted.calendar = working_days.calendar
            and working_days.seconds_before < counted.working_seconds + counted.sla_minutes * 60
            and counted.working_seconds + counted.sla_minutes * 60
            <= working_days.seconds_before + working_days.open_seconds
)
{%- endmacro %}
