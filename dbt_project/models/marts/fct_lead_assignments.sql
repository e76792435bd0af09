with decisions as (
    select
        *,
        row_number() over (partition by lead_id order by decision_number desc) as place
    from {{ ref('int_assignment_decisions') }}
)

select
    people.lead_id,
    decisions.rep_id,
    reps.full_name as owner_name,
    coalesce(decisions.reason, 'There is no active rep') as reason,
    decisions.rule_id,
    decisions.assigned_at,
    coalesce(decisions.is_routed, false) as is_routed
from {{ ref('int_people') }} as people
left join decisions on people.lead_id = decisions.lead_id and decisions.place = 1
left join {{ ref('int_reps') }} as reps on decisions.rep_id = reps.rep_id
