-- Leads that a person has ruled out before anybody followed up: fewer than two touches (the first and one more) before
-- that moment. Leads that a rule rules out, such as spam, need no follow-up.

with rejected as (
    select stages.lead_id, coalesce(max(events.entered_at), {{ as_of() }}) as disqualified_at
    from {{ ref('int_lifecycle__lead_stages') }} as stages
    inner join {{ ref('int_scoring__scores') }} as scores on stages.lead_id = scores.lead_id and scores.is_current
    left join {{ ref('int_lifecycle__stage_events') }} as events
        on stages.lead_id = events.lead_id and events.stage = 'disqualified' and events.entered_at <= {{ as_of() }}
    where stages.lifecycle_stage = 'disqualified' and scores.disqualified_reason is null
    group by stages.lead_id
)

select rejected.lead_id, rejected.disqualified_at, count(touches.touch_id) as touch_count
from rejected
left join {{ ref('int_engagement__touches') }} as touches
    on rejected.lead_id = touches.lead_id and touches.touched_at <= rejected.disqualified_at
group by rejected.lead_id, rejected.disqualified_at
having count(touches.touch_id) < 2
