-- What the lead did up to the moment, per signal: how often, when last, how often in the last 30 days, and since
-- when the points decay. A hand-raise decays only from the first touch by a person after it.

with moments as (
    select * from {{ ref('int_scoring_moments') }}
),

hand_raises as (
    select feature from {{ ref('feature_catalogue') }} where is_hand_raise
),

signals as (
    select
        moments.lead_id,
        moments.as_of,
        engagements.signal,
        count(*) as event_count,
        cast(sum(case when {{ days_between('engagements.occurred_at', 'moments.as_of') }} <= 30 then 1 else 0 end) as bigint)
            as recent_count,
        max(engagements.occurred_at) as last_at
    from moments
    inner join {{ ref('int_engagements') }} as engagements
        on moments.lead_id = engagements.lead_id and engagements.occurred_at <= moments.as_of
    group by moments.lead_id, moments.as_of, engagements.signal
),

worked as (
    select signals.lead_id, signals.as_of, signals.signal, min(touches.touched_at) as worked_at
    from signals
    inner join hand_raises on signals.signal = hand_raises.feature
    inner join {{ ref('int_touches') }} as touches
        on
            signals.lead_id = touches.lead_id
            and signals.last_at <= touches.touched_at
            and touches.touched_at <= signals.as_of
    group by signals.lead_id, signals.as_of, signals.signal
)

select
    signals.lead_id,
    signals.as_of,
    signals.signal,
    signals.event_count,
    signals.recent_count,
    signals.last_at,
    case when hand_raises.feature is null then signals.last_at else worked.worked_at end as decays_from
from signals
left join hand_raises on signals.signal = hand_raises.feature
left join worked
    on signals.lead_id = worked.lead_id and signals.as_of = worked.as_of and signals.signal = worked.signal
