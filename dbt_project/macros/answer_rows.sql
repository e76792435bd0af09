{# The answers in a raw table, one row per record and field with a value. The fields are the columns of the source
   that are marked is_answer. #}
{% macro answer_rows(source_name, table, key, modified) -%}
    {%- set relation = source(source_name, table) -%}
    {%- set fields = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() -%}
            {%- if node.source_name == source_name and node.name == table -%}
                {%- for column in node.columns.values() if (column.config.meta or column.meta or {}).get('is_answer') -%}
                    {%- do fields.append(column.name) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {% for field in fields %}
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
