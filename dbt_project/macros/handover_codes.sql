{# The codes of decisions by which a lead went to somebody else because its owner was away. #}
{% macro handover_codes() -%}
    ('owner_left', 'owner_on_leave')
{%- endmacro %}
