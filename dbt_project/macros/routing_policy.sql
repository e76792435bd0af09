{# A number of the seed routing_policies. #}
{% macro routing_policy(name) -%}
    (select value from {{ ref('routing_policies') }} where policy = '{{ name }}')
{%- endmacro %}
