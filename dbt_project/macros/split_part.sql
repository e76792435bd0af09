{# dbt's own body for Spark takes a part number only as a literal; ours takes a column too, as on DuckDB. #}
{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}
