{# Text without blanks around it; empty text is null. #}
{% macro as_text(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
