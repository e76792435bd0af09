{# 1 for Monday to 7 for Sunday. #}
{% macro iso_weekday(column) -%}
    {{ return(adapter.dispatch('iso_weekday')(column)) }}
{%- endmacro %}

{% macro duckdb__iso_weekday(column) -%}
    isodow({{ column }})
{%- endmacro %}

{% macro spark__iso_weekday(column) -%}
    (weekday({{ column }}) + 1)
{%- endmacro %}
