select
    record_key,
    crm,
    object,
    record_id,
    lead_id,
    previous_lead_id,
    decision_number,
    method,
    reason,
    link_key,
    probability,
    decided_at
from {{ ref('log_identity_decisions') }}
