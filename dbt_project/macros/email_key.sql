{# The form of an e-mail address by which people are compared; null where it is none. #}
{% macro email_key(column) -%}
    case when {{ column }} like '%_@_%' then lower(trim({{ column }})) end
{%- endmacro %}
