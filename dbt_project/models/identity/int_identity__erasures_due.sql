{{ config(materialized='view') }}

-- Person records that an earlier run saw and that their CRM shows no more, not even among the deleted ones: the next
-- run takes them out of every log before it builds. It reads views, so it is of the latest pull. A person is forgotten
-- whole when no record is left; where one is left, what was merged or converted into it belongs to it.

with decisions as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place
    from {{ ref('log_identity_decisions') }}
),

records as (
    select
        decisions.record_key,
        decisions.crm,
        decisions.object,
        decisions.record_id,
        decisions.lead_id,
        case when shown.record_key is not null then 1 else 0 end as shown_count
    from decisions
    left join {{ ref('unified_shown_people') }} as shown on decisions.record_key = shown.record_key
    where decisions.place = 1
),

counted as (
    select
        *,
        sum(shown_count) over (partition by lead_id) as lead_shown_count,
        sum(shown_count) over (partition by crm, object) as object_shown_count
    from records
)

select
    counted.record_key,
    counted.crm,
    counted.object,
    counted.record_id,
    counted.lead_id,
    counted.lead_shown_count = 0 as is_whole_lead,
    cast(counted.object_shown_count as bigint) as object_shown_count
from counted
left join {{ ref('int_identity__records') }} as last_built on counted.record_key = last_built.record_key
where
    counted.shown_count = 0
    and (counted.lead_shown_count = 0 or (not last_built.is_merged and not last_built.is_converted))
