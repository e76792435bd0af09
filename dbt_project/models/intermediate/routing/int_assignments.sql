with decisions as (
    select
        *,
        row_number() over (partition by lead_id order by decision_number desc) as place
    from {{ ref('int_assignment_decisions') }}
)

-- A lead that has no owner any more, because he has left and nobody takes its place, has none here either.
select
    choices.lead_id,
    decisions.rep_id,
    reps.full_name as owner_name,
    coalesce(decisions.reason, choices.reason) as reason,
    coalesce(decisions.reason_code, choices.reason_code) as reason_code,
    decisions.rule_id,
    decisions.assigned_at,
    coalesce(decisions.is_routed, false) as is_routed,
    choices.decision not in ('keep', 'empty') as is_decided_anew
from {{ ref('int_owner_choices') }} as choices
left join decisions on choices.lead_id = decisions.lead_id and choices.rep_id = decisions.rep_id and decisions.place = 1
left join {{ ref('int_reps') }} as reps on decisions.rep_id = reps.rep_id
