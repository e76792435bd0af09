-- From the moment a lead is ready for sales (it was qualified or raised its hand, whichever came first) to the first
-- touch by a person after it. An opportunity says nothing about that moment: it is opened long after.

with hand_raises as (
    select engagements.lead_id, min(engagements.occurred_at) as raised_at
    from {{ ref('int_engagements') }} as engagements
    inner join {{ ref('feature_catalogue') }} as catalogue
        on engagements.signal = catalogue.feature and catalogue.is_hand_raise
    group by engagements.lead_id
),

qualified as (
    select lead_id, min(entered_at) as qualified_at
    from {{ ref('int_stage_events') }}
    where stage in ('mql', 'sal', 'sql')
    group by lead_id
),

ready as (
    select
        people.lead_id,
        least(
            coalesce(qualified.qualified_at, hand_raises.raised_at),
            coalesce(hand_raises.raised_at, qualified.qualified_at)
        ) as ready_at
    from {{ ref('int_people') }} as people
    left join qualified on people.lead_id = qualified.lead_id
    left join hand_raises on people.lead_id = hand_raises.lead_id
    where
        (qualified.qualified_at is not null or hand_raises.raised_at is not null)
        and least(
            coalesce(qualified.qualified_at, hand_raises.raised_at),
            coalesce(hand_raises.raised_at, qualified.qualified_at)
        ) <= {{ as_of() }}
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
    cast({{ seconds_between('ready.ready_at', 'first_touches.touched_at') }} as double) / 60 as response_minutes
from ready
left join first_touches on ready.lead_id = first_touches.lead_id and first_touches.place = 1
