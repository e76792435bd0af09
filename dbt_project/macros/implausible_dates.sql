{# Dates that a system shows and nothing is counted with: before or after all that can be true, or no date at all. The
   fields are the columns of the source that are marked is_date; `key` names a record. #}
{% macro implausible_dates(system, tables, key) -%}
with shown as (
    {% for table in tables %}
    {% set rows_pulled = raw_rows(system, table) %}
    {% for field in marked_fields(system, table, 'is_date') %}
    select
        crm,
        '{{ table }}' as crm_object,
        '{{ field }}' as field,
        {{ key }} as record_id,
        {{ moment_in_text(field) }} as moment_at
    from {{ rows_pulled }}
    where {{ as_text(field) }} is not null
    union all
    {% endfor %}
    select
        crm,
        '{{ table }}' as crm_object,
        cast(null as string) as field,
        {{ key }} as record_id,
        cast(null as timestamp) as moment_at
    from {{ rows_pulled }}
    where 1 = 0
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    crm,
    crm_object,
    field,
    record_id,
    case
        when moment_at is null then 'unreadable'
        when moment_at < {{ earliest_plausible() }} then 'too_early'
        else 'too_late'
    end as problem
from shown
where moment_at is null or not ({{ is_plausible('moment_at') }})
{%- endmacro %}
