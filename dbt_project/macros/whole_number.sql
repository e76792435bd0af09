{# A number as a whole one; null where it has decimals, so that it counts as different from what we would write. #}
{% macro whole_number(column) -%}
    case when {{ column }} = round({{ column }}, 0) then cast({{ column }} as integer) end
{%- endmacro %}
