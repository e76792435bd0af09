{# The rows of one kind of thing from every system that has it: each system's model stg_<system>__unified_<kind> has the
   columns that are named. Which system has what says the variable `systems`, so a further one changes no model. #}
{% macro rows_of_all_systems(kind, columns) -%}
{% set found = [] -%}
{% for system, kinds in var('systems').items() if kind in kinds %}{% do found.append(system) %}{% endfor -%}
{% for system in found -%}
select
    crm,
    {{ columns | join(',\n    ') }}
from {{ ref('stg_' ~ system ~ '__unified_' ~ kind) }}
{% if not loop.last %}
union all

{% endif %}
{%- endfor %}
{%- endmacro %}
