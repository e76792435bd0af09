{# Common table expressions that count working time. They read a CTE `moments` (the columns `keys`, calendar, time_zone,
   moment_at) and give `counted` (keys, calendar, working_seconds: those of the calendar before the moment, so that the
   working time between two moments is a difference). #}
{% macro working_time(keys) %}
{%- set columns = keys | join(', ') -%}
dated_moments as (
    select {{ columns }}, calendar, moment_at, cast({{ local_time('moment_at', 'time_zone') }} as date) as day_on
    from moments
    where moment_at is not null
),

counted as (
    select
        {% for key in keys %}
        dated_moments.{{ key }},
        {% endfor %}
        dated_moments.calendar,
        working_days.seconds_before
        + greatest(
            0,
            least(
                working_days.open_seconds,
                {{ seconds_between('working_days.opens_at', 'dated_moments.moment_at') }}
            )
        ) as working_seconds
    from dated_moments
    inner join {{ ref('int_service_levels__working_days') }} as working_days
        on dated_moments.calendar = working_days.calendar and dated_moments.day_on = working_days.day_on
)
{%- endmacro %}
