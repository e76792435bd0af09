{# The first day of a moment's month, in UTC. #}
{% macro month_of(moment) -%}
    cast({{ dbt.date_trunc('month', moment) }} as date)
{%- endmacro %}
