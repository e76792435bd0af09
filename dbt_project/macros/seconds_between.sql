{# Whole seconds from one timestamp to a later one. #}
{% macro seconds_between(first, second) -%}
    {{ return(adapter.dispatch('seconds_between')(first, second)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(first, second) -%}
    date_diff('second', {{ first }}, {{ second }})
{%- endmacro %}

{% macro spark__seconds_between(first, second) -%}
    (unix_timestamp({{ second }}) - unix_timestamp({{ first }}))
{%- endmacro %}
