-- A log: a row is added when a lead gets an owner, or another one. What was decided stays decided until a person
-- changes the owner in a CRM or the owner leaves.

select
    lead_id,
    rep_id,
    reason,
    reason_code,
    rule_id,
    is_routed,
    earlier_decision_number + 1 as decision_number,
    assigned_at
from {{ ref('int_routing__assignments') }}
where decision not in ('keep', 'undone') and rep_id is not null
