{# How many records each raw table has, and when one last changed. `cursors` names the column by which a table is pulled;
   `deleted` is the flag of deleted records, where the system shows them. #}
{% macro pulled_objects(source_name, cursors, deleted=none) -%}
{% for table, cursor in cursors.items() %}
select
    '{{ table }}' as crm_object,
    {{ counted("coalesce(lower(" ~ deleted ~ "), 'false') != 'true'" if deleted else 'true') }} as record_count,
    {{ counted("lower(" ~ deleted ~ ") = 'true'" if deleted else 'false') }} as deleted_count,
    max(case when {{ is_plausible(in_utc(cursor)) }} then {{ in_utc(cursor) }} end) as last_changed_at
from {{ source(source_name, table) }}
{{ "union all" if not loop.last }}
{% endfor %}
{%- endmacro %}
