{# Whether a rule counts on a day: valid_from and valid_to are its first and last day, empty where there is none. #}
{% macro rule_in_force(rule, moment) -%}
    coalesce({{ rule }}.valid_from, cast('1900-01-01' as date)) <= cast({{ moment }} as date)
    and coalesce({{ rule }}.valid_to, cast('9999-12-31' as date)) >= cast({{ moment }} as date)
{%- endmacro %}
