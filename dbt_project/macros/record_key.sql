{# Names one record of one CRM object; null for a null id (|| and not concat(), which DuckDB lets skip nulls). #}
{% macro record_key(crm, object, record_id) -%}
    '{{ crm }}:{{ object }}:' || {{ record_id }}
{%- endmacro %}
