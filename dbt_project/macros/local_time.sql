{# A UTC timestamp as the clocks of a time zone show it. #}
{% macro local_time(column, time_zone) -%}
    {{ return(adapter.dispatch('local_time')(column, time_zone)) }}
{%- endmacro %}

{% macro duckdb__local_time(column, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ column }}))
{%- endmacro %}

{% macro spark__local_time(column, time_zone) -%}
    from_utc_timestamp({{ column }}, {{ time_zone }})
{%- endmacro %}
