{# The value of the row with the lowest place among those of a group that state one; rows without a place state nothing. #}
{% macro first_stated(column, place) -%}
    min_by({{ column }}, case when {{ column }} is not null then {{ place }} end)
{%- endmacro %}
