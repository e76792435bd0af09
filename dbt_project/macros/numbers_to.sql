{# Rows n = 1 .. last, as a subquery. #}
{% macro numbers_to(last) -%}
    (
    {%- for n in range(1, last + 1) %}
        select {{ n }} as n {{ "union all" if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
