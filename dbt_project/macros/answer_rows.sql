{# The answers in a raw table, one row per record and field with a value. The fields are the columns of the source
   that are marked is_answer. #}
{% macro answer_rows(system, table, key, modified) -%}
    {%- set rows_pulled = raw_rows(system, table) -%}
    {% for field in marked_fields(system, table, 'is_answer') %}
    select
        crm,
        '{{ table }}' as object,
        {{ key }} as record_id,
        '{{ field }}' as field,
        {{ as_text(field) }} as value,
        {{ in_utc(modified) }} as modified_at
    from {{ rows_pulled }}
    where {{ as_text(field) }} is not null
    union all
    {% endfor %}
    select
        crm,
        '{{ table }}' as object,
        {{ key }} as record_id,
        cast(null as string) as field,
        cast(null as string) as value,
        {{ in_utc(modified) }} as modified_at
    from {{ rows_pulled }}
    where 1 = 0
{%- endmacro %}
