-- When a lead was ready for sales: it was qualified or raised its hand, whichever came first. An opportunity says
-- nothing about that moment: it is opened long after.

with hand_raises as (
    select engagements.lead_id, min(engagements.occurred_at) as raised_at
    from {{ ref('int_engagement__signals') }} as engagements
    inner join {{ ref('feature_catalogue') }} as catalogue
        on engagements.signal = catalogue.feature and catalogue.is_hand_raise
    group by engagements.lead_id
),

qualified as (
    select lead_id, min(entered_at) as qualified_at
    from {{ ref('int_lifecycle__record_events') }}
    where stage in ('mql', 'sal', 'sql')
    group by lead_id
),

ready as (
    select
        people.lead_id,
        people.created_at,
        least(
            coalesce(qualified.qualified_at, hand_raises.raised_at),
            coalesce(hand_raises.raised_at, qualified.qualified_at)
        ) as ready_at
    from {{ ref('int_identity__people') }} as people
    left join qualified on people.lead_id = qualified.lead_id
    left join hand_raises on people.lead_id = hand_raises.lead_id
)

select
    lead_id,
    ready_at,
    greatest(ready_at, created_at) as judged_at
from ready
where ready_at <= {{ as_of() }}
