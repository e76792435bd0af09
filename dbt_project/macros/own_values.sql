{# What the fields of a company's own say, one row per record and field that has a value: `objects` are the pulled objects
   that have people or companies. The variable own_fields names the fields, account by account; without it there are none.
   A source table's meta says how its records are called (`key`, `record_object`). #}
{% macro own_values(system, objects) -%}
{%- set found = [] -%}
{%- for object in objects -%}
    {%- set declared = source('raw_' ~ system, object) -%}
    {%- for table in graph.get('sources', {}).values() if table.source_name == 'raw_' ~ system and table.name == object -%}
        {%- for account in accounts_of(system) -%}
            {%- for field in var('own_fields').get(account, {}).get(object, []) -%}
                {%- set relation = declared if account == system else declared.replace_path(schema='raw_' ~ account) -%}
                {%- do found.append((account, object, field, relation, table.config.meta)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endfor -%}
{% for account, object, field, relation, meta in found -%}
select
    '{{ account }}' as crm,
    {{ record_key("'" ~ account ~ "'", meta['record_object'], adapter.quote(meta['key'])) }} as record_key,
    '{{ object }}' as crm_object,
    '{{ field }}' as field,
    {{ as_text(adapter.quote(field)) }} as value
from {{ relation }}
where {{ as_text(adapter.quote(field)) }} is not null
union all
{% endfor -%}
select
    cast(null as string) as crm,
    cast(null as string) as record_key,
    cast(null as string) as crm_object,
    cast(null as string) as field,
    cast(null as string) as value
where 1 = 0
{%- endmacro %}
