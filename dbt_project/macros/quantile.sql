{# The value below which a share of the values lies, interpolated. #}
{% macro quantile(column, share) -%}
    {{ return(adapter.dispatch('quantile')(column, share)) }}
{%- endmacro %}

{% macro duckdb__quantile(column, share) -%}
    quantile_cont({{ column }}, {{ share }})
{%- endmacro %}

{% macro spark__quantile(column, share) -%}
    percentile({{ column }}, {{ share }})
{%- endmacro %}
