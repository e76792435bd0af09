{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}
{% set traits = lead_traits() %}
{% set columns = traits['text'] + traits['flag'] + traits['number'] %}
{% for topic in traits['answer'] %}{% do columns.append('answer_' ~ topic) %}{% endfor %}

-- A log: a lead's traits each time that a run saw others than the run before. A CRM overwrites its fields without a
-- date, so this is what keeps yesterday's features as they were.

with current_traits as (
    select
        lead_id,
        {% for column in columns %}
        {{ column }},
        {% endfor %}
        {{ dbt.hash(
            "coalesce(cast(" ~ columns | join(" as string), '') || '|' || coalesce(cast(") ~ " as string), '')"
        ) }} as traits_hash
    from {{ ref('int_lead_traits') }}
){% if is_incremental() %},

latest as (
    select versions.lead_id, versions.version_number, versions.traits_hash
    from {{ this }} as versions
    inner join (
        select lead_id, max(version_number) as version_number from {{ this }} group by lead_id
    ) as newest
        on versions.lead_id = newest.lead_id and versions.version_number = newest.version_number
)
{% endif %}

select
    current_traits.lead_id,
    {{ "coalesce(latest.version_number, 0) + 1" if is_incremental() else "1" }} as version_number,
    {{ as_of() }} as seen_at,
    {% for column in columns %}
    current_traits.{{ column }},
    {% endfor %}
    current_traits.traits_hash
from current_traits
{% if is_incremental() %}
left join latest on current_traits.lead_id = latest.lead_id
where latest.lead_id is null or latest.traits_hash != current_traits.traits_hash
{% endif %}
