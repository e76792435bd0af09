{# True or false; null where the text says neither. #}
{% macro as_flag(column) -%}
    case lower(trim({{ column }})) when 'true' then true when 'false' then false end
{%- endmacro %}
