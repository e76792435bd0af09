{# Rows of a seed, read by Spark from the file, as dbt-duckdb does it: dbt's own body for a Spark session breaks at a
   quote, writes a missing value as the text 'None', and takes the word null for a missing value. #}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {% set types = model['config'].get('column_types', {}) %}
    {% set rows = 'rows_of_' ~ model['name'] %}
    {% set texts = [] %}
    {% set values = [] %}
    {% for name in agate_table.column_names %}
        {% do texts.append('`' ~ name ~ '` string') %}
        {% do values.append('cast(`' ~ name ~ '` as ' ~ types.get(name, 'string') ~ ')') %}
    {% endfor %}
    {% call statement('read') %}
        create or replace temporary view {{ rows }} ({{ texts | join(', ') }})
        using csv options (path '{{ model["root_path"] }}/{{ model["original_file_path"] }}', header 'true', escape '"')
    {% endcall %}
    {% call statement('load') %}
        insert into {{ this }} select {{ values | join(', ') }} from {{ rows }}
    {% endcall %}
    {{ return('') }}
{%- endmacro %}
