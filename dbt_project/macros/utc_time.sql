{# The UTC timestamp of what the clocks of a time zone show. #}
{% macro utc_time(column, time_zone) -%}
    {{ return(adapter.dispatch('utc_time')(column, time_zone)) }}
{%- endmacro %}

{% macro duckdb__utc_time(column, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ column }}))
{%- endmacro %}

{% macro spark__utc_time(column, time_zone) -%}
    to_utc_timestamp({{ column }}, {{ time_zone }})
{%- endmacro %}
