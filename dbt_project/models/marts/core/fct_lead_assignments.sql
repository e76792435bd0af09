select
    lead_id,
    rep_id,
    owner_name,
    reason,
    reason_code,
    rule_id,
    assigned_at,
    is_routed
from {{ ref('int_routing__assignments') }}
