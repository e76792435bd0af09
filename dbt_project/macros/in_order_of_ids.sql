{# The last resort where records tie, in an `order by`: the id as a number would order it, so that 801 is before 9001. As
   text it is the other way round, which means nothing. CRMs number records as they come, so the lower is the older. #}
{% macro in_order_of_ids(column) -%}
length({{ column }}), {{ column }}
{%- endmacro %}
