-- What a lead did, and from when until when it was known: today's engagements from when they were learned of, and those
-- that a run has seen go, which count for moments before. What another record of the lead tells of since, as after a
-- merge, did not go. Features are made from these, reports from int_engagement__signals.

with gone as (
    select
        ids.current_lead_id as lead_id,
        withdrawals.signal,
        withdrawals.detail,
        withdrawals.occurred_at,
        withdrawals.source_id,
        withdrawals.kind,
        withdrawals.known_from,
        withdrawals.known_until
    from {{ ref('log_engagement_withdrawals') }} as withdrawals
    inner join {{ ref('int_identity__lead_ids') }} as ids on withdrawals.lead_id = ids.lead_id
    where ids.current_lead_id is not null
),

withdrawals as (
    select gone.*
    from gone
    left join {{ ref('int_engagement__signals') }} as told
        on
            gone.lead_id = told.lead_id
            and gone.kind = told.kind
            and gone.occurred_at = told.occurred_at
            and gone.detail is not distinct from told.detail
            and gone.source_id != told.source_id
    where told.engagement_id is null
),

replaced as (
    select source_id, kind, max(known_until) as known_from from withdrawals group by source_id, kind
)

select
    engagements.lead_id,
    engagements.signal,
    engagements.detail,
    engagements.occurred_at,
    engagements.source_id,
    engagements.kind,
    greatest(replaced.known_from, engagements.learned_at) as known_from,
    cast(null as timestamp) as known_until
from {{ ref('int_engagement__signals') }} as engagements
left join replaced on engagements.source_id = replaced.source_id and engagements.kind = replaced.kind

union all

select
    lead_id,
    signal,
    detail,
    occurred_at,
    source_id,
    kind,
    known_from,
    known_until
from withdrawals
