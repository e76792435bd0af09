{# Whether a moment can be true of a record in a CRM. 1970, 1899 and 9999 are what programs write for nothing; such a date
   would otherwise be the oldest or the latest of all. The limits are variables of dbt_project.yml. #}
{% macro is_plausible(column) -%}
    {{ column }} between {{ earliest_plausible() }} and {{ latest_plausible() }}
{%- endmacro %}

{% macro earliest_plausible() -%}
    cast('{{ var("plausible_from") }}' as timestamp)
{%- endmacro %}

{% macro latest_plausible() -%}
    {{ dbt.dateadd('year', var('plausible_years_ahead'), as_of()) }}
{%- endmacro %}
