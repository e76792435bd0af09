{# Names one record of one CRM object; null for a null id (|| and not concat(), which DuckDB lets skip nulls). `crm` is the
   column that names the account. #}
{% macro record_key(crm, object, record_id) -%}
    {{ crm }} || ':{{ object }}:' || {{ record_id }}
{%- endmacro %}
