{{ config(materialized='view') }}

select
    lead_id,
    change_number,
    cause,
    earlier_score,
    earlier_grade,
    changed_at,
    fit_score,
    intent_score,
    score,
    grade,
    play,
    rule_set_hash,
    grade_cause,
    disqualified_reason,
    override_grade
from {{ ref('log_lead_score_history') }}
