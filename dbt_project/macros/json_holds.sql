{# Whether a text of JSON has this text between double quotes: a name, or a value. #}
{% macro json_holds(column, text) -%}
({{ dbt.position("'\"' || " ~ text ~ " || '\"'", column) }} > 0)
{%- endmacro %}
