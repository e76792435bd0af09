select
    lead_id,
    as_of,
    fit_raw,
    fit_score,
    intent_raw,
    intent_score,
    score,
    fit_band,
    intent_band,
    disqualified_reason,
    grade,
    play,
    next_action,
    sla_minutes,
    top_reasons,
    rule_set_hash
from {{ ref('int_scores') }}
where is_current
