{# What stands in the fields of a system that should hold numbers, one row per field and text, of records that are not
   deleted. The fields are the columns of the source that are marked is_number; `deleted` is its flag. #}
{% macro texts_of_numbers(system, tables, deleted) -%}
with shown as (
    {% for table in tables %}
    {% set rows_pulled = raw_rows(system, table) %}
    {% for field in marked_fields(system, table, 'is_number') %}
    select crm, '{{ table }}' as crm_object, '{{ field }}' as field, {{ as_text(field) }} as text
    from {{ rows_pulled }}
    where not coalesce({{ as_flag(deleted) }}, false)
    union all
    {% endfor %}
    select crm, '{{ table }}' as crm_object, cast(null as string) as field, cast(null as string) as text
    from {{ rows_pulled }}
    where 1 = 0
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    crm,
    crm_object,
    field,
    text,
    count(*) as record_count
from shown
where text is not null
group by crm, crm_object, field, text
{%- endmacro %}
