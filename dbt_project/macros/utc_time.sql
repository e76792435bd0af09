{# The UTC timestamp of what the clocks of a time zone show: of an hour that they show twice the first, of one that they
   skip the same time after the change. #}
{% macro utc_time(column, time_zone) -%}
    {%- set moment = adapter.dispatch('utc_time')(column, time_zone) -%}
    {%- set hour_before = dbt.dateadd('hour', -1, moment) -%}
    case when {{ local_time(hour_before, time_zone) }} = {{ column }} then {{ hour_before }} else {{ moment }} end
{%- endmacro %}

{% macro duckdb__utc_time(column, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ column }}))
{%- endmacro %}

{% macro spark__utc_time(column, time_zone) -%}
    to_utc_timestamp({{ column }}, {{ time_zone }})
{%- endmacro %}
