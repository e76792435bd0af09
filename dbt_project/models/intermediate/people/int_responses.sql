-- From the moment a lead is ready for sales (marketing qualified it, or it raised its hand, whichever came first) to
-- the first touch by a person after it.

with hand_raises as (
    select engagements.lead_id, min(engagements.occurred_at) as raised_at
    from {{ ref('int_engagements') }} as engagements
    inner join {{ ref('feature_catalogue') }} as catalogue
        on engagements.signal = catalogue.feature and catalogue.is_hand_raise
    group by engagements.lead_id
),

ready as (
    select
        stages.lead_id,
        least(
            coalesce(stages.mql_at, hand_raises.raised_at),
            coalesce(hand_raises.raised_at, stages.mql_at)
        ) as ready_at
    from {{ ref('int_lead_stages') }} as stages
    left join hand_raises on stages.lead_id = hand_raises.lead_id
    where stages.mql_at is not null or hand_raises.raised_at is not null
),

first_touches as (
    select
        ready.lead_id,
        touches.touched_at,
        touches.channel,
        touches.rep_id,
        row_number() over (partition by ready.lead_id order by touches.touched_at, touches.touch_id) as place
    from ready
    inner join {{ ref('int_touches') }} as touches
        on ready.lead_id = touches.lead_id and ready.ready_at <= touches.touched_at
    where touches.touched_at <= {{ as_of() }}
)

select
    ready.lead_id,
    ready.ready_at,
    first_touches.touched_at as first_touch_at,
    first_touches.channel as first_touch_channel,
    first_touches.rep_id as first_touch_rep_id,
    {{ seconds_between('ready.ready_at', 'first_touches.touched_at') }} / 60.0 as response_minutes
from ready
left join first_touches on ready.lead_id = first_touches.lead_id and first_touches.place = 1
