{# A timestamp with time zone as a UTC timestamp without one, whatever the session's time zone. #}
{% macro in_utc(column) -%}
    {{ return(adapter.dispatch('in_utc')(column)) }}
{%- endmacro %}

{% macro duckdb__in_utc(column) -%}
    timezone('UTC', {{ column }})
{%- endmacro %}

{% macro spark__in_utc(column) -%}
    cast({{ column }} as timestamp)
{%- endmacro %}
