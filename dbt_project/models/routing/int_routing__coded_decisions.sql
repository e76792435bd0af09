-- The log of decisions, each with its code.

select
    decisions.lead_id,
    decisions.rep_id,
    decisions.decision_number,
    decisions.reason,
    {{ decision_code('decisions') }} as reason_code,
    decisions.rule_id,
    decisions.is_routed,
    decisions.assigned_at,
    row_number() over (partition by decisions.lead_id order by decisions.decision_number desc) as place
from {{ ref('log_assignment_decisions') }} as decisions
