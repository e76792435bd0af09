-- Who has each lead, why and since when: what this run decides, or what an earlier one did where that is kept. A lead
-- that has no owner any more, because he has left and nobody takes its place, has none here either.

with earlier as (
    select * from {{ ref('int_routing__earlier_decisions') }} where place = 1
)

select
    choices.lead_id,
    choices.rep_id,
    reps.full_name as owner_name,
    coalesce(earlier.reason, choices.reason) as reason,
    coalesce(earlier.reason_code, choices.reason_code) as reason_code,
    case when earlier.lead_id is not null then earlier.rule_id else choices.rule_id end as rule_id,
    case
        when earlier.lead_id is not null then earlier.assigned_at when choices.rep_id is not null then {{ as_of() }}
    end as assigned_at,
    choices.rep_id is not null and coalesce(earlier.is_routed, choices.decision != 'take') as is_routed,
    choices.decision not in ('keep', 'empty') as is_decided_anew
from {{ ref('int_routing__owner_choices') }} as choices
left join earlier on choices.lead_id = earlier.lead_id and choices.decision = 'keep'
left join {{ ref('int_identity__reps') }} as reps on choices.rep_id = reps.rep_id
