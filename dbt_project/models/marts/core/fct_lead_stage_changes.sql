select
    lead_id,
    change_number,
    earlier_stage,
    stage,
    entered_at,
    left_at,
    is_dated,
    is_backwards,
    reason_code,
    evidence
from {{ ref('int_lifecycle__stage_changes') }}
