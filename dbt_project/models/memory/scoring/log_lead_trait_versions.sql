{% set traits = lead_traits() %}
{% set columns = traits['text'] + traits['flag'] + traits['number'] %}
{% for topic in traits['answer'] %}{% do columns.append('answer_' ~ topic) %}{% endfor %}

-- A log: a lead's traits each time that a run saw others than the run before. A CRM overwrites its fields without a
-- date, so this is what keeps yesterday's features as they were. Version 0 is who a lead was when it came, where that is
-- not what the first run saw: it holds for the time before that run.

with {% for name, relation in [('current_traits', ref('int_scoring__lead_traits')), ('first_traits', ref('int_scoring__lead_first_traits'))] %}
{{ name }} as (
    select
        lead_id,
        {% for column in columns %}
        {{ column }},
        {% endfor %}
        {{ dbt.hash(
            "coalesce(cast(" ~ columns | join(" as string), '') || '|' || coalesce(cast(") ~ " as string), '')"
        ) }} as traits_hash
    from {{ relation }}
){{ "," if not loop.last }}
{% endfor %}{% if is_incremental() %},

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

union all

select
    first_traits.lead_id,
    0 as version_number,
    {{ as_of() }} as seen_at,
    {% for column in columns %}
    first_traits.{{ column }},
    {% endfor %}
    first_traits.traits_hash
from first_traits
inner join current_traits
    on first_traits.lead_id = current_traits.lead_id and first_traits.traits_hash != current_traits.traits_hash
{% if is_incremental() %}
left join latest on first_traits.lead_id = latest.lead_id
where latest.lead_id is null
{% endif %}
