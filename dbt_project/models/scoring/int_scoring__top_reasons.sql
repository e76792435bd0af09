-- Why each lead has its grade, in words: who set it, what rules it out, and what gives its points; or
-- how likely its outcome is, where a champion makes the score.

select
    scores.lead_id,
    scores.as_of,
    scores.is_current,
    case
        when scores.override_grade is not null
            then
                concat(
                    scores.override_grade,
                    ' was set by ',
                    coalesce(scores.override_by, 'a person'),
                    coalesce(': ' || scores.override_reason, ''),
                    case when model_reasons.lead_id is null then '; the rules say ' else '; the model says ' end,
                    scores.automatic_grade,
                    '; '
                )
        else ''
    end
    || coalesce(scores.disqualified_reason || '; ', '')
    || coalesce(model_reasons.reasons, reasons.reasons, 'Nothing known yet') as top_reasons
from {{ ref('int_scoring__scores') }} as scores
left join {{ ref('int_scoring__reasons') }} as reasons on scores.lead_id = reasons.lead_id and scores.as_of = reasons.as_of
left join {{ ref('int_scoring__model_reasons') }} as model_reasons
    on scores.lead_id = model_reasons.lead_id and scores.as_of = model_reasons.as_of
