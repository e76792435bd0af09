{# Text in its normal form without blanks around it; empty text is null. #}
{% macro as_text(column) -%}
    nullif(trim({{ normal_form(column) }}), '')
{%- endmacro %}
