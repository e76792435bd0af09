{# dbt's own body for Spark has no order; Spark has the standard's spelling since 4.0. #}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}){{ " within group (" ~ order_by_clause ~ ")" if order_by_clause }}
{%- endmacro %}
