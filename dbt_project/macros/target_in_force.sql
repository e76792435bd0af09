{# Whether a row of rpt_targets holds on the day of a moment. #}
{% macro target_in_force(target, moment) -%}
    {{ target }}.valid_from <= cast({{ moment }} as date)
    and ({{ target }}.replaced_on is null or {{ target }}.replaced_on > cast({{ moment }} as date))
{%- endmacro %}
