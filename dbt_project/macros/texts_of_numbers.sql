{# What stands in the fields of a system that should hold numbers, one row per field and text, of records that are not
   deleted. The fields are the columns of the source that are marked is_number; `deleted` is its flag. #}
{% macro texts_of_numbers(source_name, tables, deleted) -%}
with shown as (
    {% for table in tables %}
    {% set relation = source(source_name, table) %}
    {% for field in marked_fields(source_name, table, 'is_number') %}
    select '{{ table }}' as crm_object, '{{ field }}' as field, {{ as_text(field) }} as text
    from {{ relation }}
    where not coalesce({{ as_flag(deleted) }}, false)
    union all
    {% endfor %}
    select '{{ table }}' as crm_object, cast(null as string) as field, cast(null as string) as text
    from {{ relation }}
    where 1 = 0
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    crm_object,
    field,
    text,
    count(*) as record_count
from shown
where text is not null
group by crm_object, field, text
{%- endmacro %}
