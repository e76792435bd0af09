{# What was pulled of one object, from every account of the system: the declared columns, and `crm` with the account's
   name. One account is pulled to raw_<name>; the variable `accounts` names those of each system. #}
{% macro raw_rows(system, table) -%}
{%- set declared = source('raw_' ~ system, table) -%}
{%- set columns = [] -%}
{%- if execute and not var('is_linted', false) -%}
    {#- a unit test is compiled without sources: its rows have the columns that it names -#}
    {%- for node in graph.get('sources', {}).values() if node.source_name == 'raw_' ~ system and node.name == table -%}
        {%- for column in node.columns.values() %}{% do columns.append(column.name) %}{% endfor -%}
    {%- endfor -%}
{%- endif -%}
(
    {% for account in accounts_of(system) %}
    select '{{ account }}' as crm, {{ columns | join(', ') or '*' }}
    from {{ declared if account == system else declared.replace_path(schema='raw_' ~ account) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
) as {{ 'pulled_' ~ table | lower }}
{%- endmacro %}

{# Names of the connected accounts of a system; the first one has the system's name. #}
{% macro accounts_of(system) -%}
    {{ return(var('accounts').get(system, [system])) }}
{%- endmacro %}

{# The same as a list of SQL texts. #}
{% macro quoted_accounts_of(system) -%}
    '{{ accounts_of(system) | join("', '") }}'
{%- endmacro %}
