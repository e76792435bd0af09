{# Lower-case words with one blank around each, so that ' word ' finds whole words only. Marks belong to words: vowels of
   Hindi and Thai are such. #}
{% macro words_of(column) -%}
    {{ return(adapter.dispatch('words_of')(column)) }}
{%- endmacro %}

{% macro duckdb__words_of(column) -%}
    ' ' || trim(regexp_replace(lower({{ column }}), '[^\p{L}\p{M}\p{N}]+', ' ', 'g')) || ' '
{%- endmacro %}

{% macro spark__words_of(column) -%}
    ' ' || trim(regexp_replace(lower({{ column }}), '[^\\p{L}\\p{M}\\p{N}]+', ' ')) || ' '
{%- endmacro %}
