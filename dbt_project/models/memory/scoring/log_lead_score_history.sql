-- A log: a row is added when a lead's score, grade or play is another than in its last row.

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
from {{ ref('int_scoring__score_changes') }}
