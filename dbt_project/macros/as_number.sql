{# A number, or null where the text is none. #}
{% macro as_number(column) -%}
    try_cast(nullif(trim({{ column }}), '') as decimal(18, 2))
{%- endmacro %}
