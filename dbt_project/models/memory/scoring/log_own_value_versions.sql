-- A log: what a field of the company's own said of a lead, each time that a run saw something else than the run before.

with current_values as (
    select lead_id, feature, value from {{ ref('int_scoring__own_values') }}
),

latest as (
    {% if is_incremental() %}
    select versions.lead_id, versions.feature, versions.version_number, versions.value
    from {{ this }} as versions
    inner join (
        select lead_id, feature, max(version_number) as version_number from {{ this }} group by lead_id, feature
    ) as newest
        on
            versions.lead_id = newest.lead_id
            and versions.feature = newest.feature
            and versions.version_number = newest.version_number
    {% else %}
    select lead_id, feature, 0 as version_number, value from current_values where 1 = 0
    {% endif %}
)

select
    coalesce(current_values.lead_id, latest.lead_id) as lead_id,
    coalesce(current_values.feature, latest.feature) as feature,
    coalesce(latest.version_number, 0) + 1 as version_number,
    {{ as_of() }} as seen_at,
    current_values.value
from current_values
full outer join latest on current_values.lead_id = latest.lead_id and current_values.feature = latest.feature
where coalesce(current_values.value, '') != coalesce(latest.value, '')
