{% set cuts = [
    ('all', "'all'"),
    ('grade', "coalesce(grade, '(none)')"),
    ('source', "coalesce(lead_source, '(none)')"),
] %}

-- What reps say of the score: by the grade that they saw, and by where the lead came from. Nobody has to answer, so the
-- shares are of those who did; how many leads they speak for stands beside them.

with leads as (
    select
        leads.lead_id,
        leads.lead_source,
        feedback.verdict,
        coalesce(feedback.grade_then, scores.grade) as grade
    from {{ ref('dim_leads') }} as leads
    inner join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
    left join {{ ref('fct_lead_feedback') }} as feedback on leads.lead_id = feedback.lead_id and feedback.question = 'score'
)

{% for cut, value in cuts %}
select
    '{{ cut }}' as cut,
    {{ value }} as cut_value,
    count(*) as lead_count,
    count(verdict) as answer_count,
    {{ counted("verdict = 'right'") }} as right_count,
    {{ counted("verdict = 'too_high'") }} as too_high_count,
    {{ counted("verdict = 'too_low'") }} as too_low_count,
    cast({{ counted("verdict = 'right'") }} as double)
    / nullif({{ counted("verdict in ('right', 'too_high', 'too_low')") }}, 0) as right_share
from leads
group by {{ value }}
{{ "union all" if not loop.last }}
{% endfor %}
