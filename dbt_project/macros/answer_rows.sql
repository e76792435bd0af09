{# The answers in a raw table, one row per record and field with a value. The fields are the columns of the source
   that are marked is_answer. #}
{% macro answer_rows(source_name, table, key, modified) -%}
    {%- set relation = source(source_name, table) -%}
    {% for field in marked_fields(source_name, table, 'is_answer') %}
    select
        '{{ table }}' as object,
        {{ key }} as record_id,
        '{{ field }}' as field,
        {{ as_text(field) }} as value,
        {{ in_utc(modified) }} as modified_at
    from {{ relation }}
    where {{ as_text(field) }} is not null
    union all
    {% endfor %}
    select
        '{{ table }}' as object,
        {{ key }} as record_id,
        cast(null as string) as field,
        cast(null as string) as value,
        {{ in_utc(modified) }} as modified_at
    from {{ relation }}
    where 1 = 0
{%- endmacro %}
