-- Stages that a lead is known to have entered, in order. A stage entered twice in a row is one change; a change to a
-- lower rank is a move backwards.

with events as (
    select
        events.lead_id,
        events.stage,
        events.entered_at,
        events.evidence,
        stages.stage_rank,
        lag(events.stage) over (
            partition by events.lead_id order by events.entered_at, stages.stage_rank
        ) as earlier_stage
    from {{ ref('int_stage_events') }} as events
    inner join {{ ref('stages') }} as stages on events.stage = stages.stage
    where events.entered_at <= {{ as_of() }}
),

changes as (
    select * from events where earlier_stage is null or earlier_stage != stage
)

select
    changes.lead_id,
    cast(
        row_number() over (partition by changes.lead_id order by changes.entered_at, changes.stage_rank) as integer
    ) as change_number,
    changes.earlier_stage,
    changes.stage,
    changes.entered_at,
    lead(changes.entered_at) over (
        partition by changes.lead_id order by changes.entered_at, changes.stage_rank
    ) as left_at,
    coalesce(changes.stage_rank < earlier.stage_rank, false) as is_backwards,
    changes.evidence
from changes
left join {{ ref('stages') }} as earlier on changes.earlier_stage = earlier.stage
