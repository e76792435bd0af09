{# How many records each raw table has, and when one last changed. `cursors` names the column by which a table is pulled;
   `deleted` is the flag of deleted records, where the system shows them. #}
{% macro pulled_objects(system, cursors, deleted=none) -%}
{% for account in accounts_of(system) %}
{% set last_account = loop.last %}
{% for table, cursor in cursors.items() %}
select
    '{{ account }}' as crm,
    '{{ table }}' as crm_object,
    {{ counted("coalesce(lower(" ~ deleted ~ "), 'false') != 'true'" if deleted else 'true') }} as record_count,
    {{ counted("lower(" ~ deleted ~ ") = 'true'" if deleted else 'false') }} as deleted_count,
    max(case when {{ is_plausible(in_utc(cursor)) }} then {{ in_utc(cursor) }} end) as last_changed_at
from {{ raw_rows(system, table) }}
where crm = '{{ account }}'
{{ "union all" if not (loop.last and last_account) }}
{% endfor %}
{% endfor %}
{%- endmacro %}
