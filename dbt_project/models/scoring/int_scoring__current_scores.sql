select
    scores.lead_id,
    scores.as_of,
    scores.fit_raw,
    scores.fit_rounded,
    scores.fit_score,
    scores.intent_raw,
    scores.intent_rounded,
    scores.intent_score,
    scores.score,
    scores.fit_band,
    scores.intent_band,
    scores.disqualified_reason,
    scores.grade,
    scores.automatic_grade,
    scores.override_grade,
    scores.override_reason,
    scores.override_by,
    actions.play,
    actions.next_action,
    actions.next_question,
    scores.sla_minutes,
    reasons.top_reasons,
    scores.rule_set_hash
from {{ ref('int_scoring__scores') }} as scores
inner join {{ ref('int_scoring__next_actions') }} as actions
    on scores.lead_id = actions.lead_id and scores.as_of = actions.as_of
inner join {{ ref('int_scoring__top_reasons') }} as reasons
    on scores.lead_id = reasons.lead_id and scores.as_of = reasons.as_of
where scores.is_current
