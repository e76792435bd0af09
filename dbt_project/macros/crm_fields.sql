{# The fields of a CRM for several of our values, in their order. #}
{% macro crm_fields(pattern, values) %}
{% set found = [] %}
{% for value in values %}{% do found.append(crm_field(pattern, value)) %}{% endfor %}
{{ return(found) }}
{% endmacro %}
