-- Leads whose contributions do not add up to their scores, to the cent.

with sums as (
    select
        lead_id,
        sum(case when dimension = 'fit' then points else 0 end) as fit_points,
        sum(case when dimension = 'intent' then points else 0 end) as intent_points
    from {{ ref('fct_lead_score_contributions') }}
    group by lead_id
)

select
    scores.lead_id,
    scores.fit_score,
    sums.fit_points,
    scores.intent_score,
    sums.intent_points
from {{ ref('fct_lead_scores') }} as scores
left join sums on scores.lead_id = sums.lead_id
where
    scores.fit_score != coalesce(sums.fit_points, 0)
    or scores.intent_score != coalesce(sums.intent_points, 0)
    or scores.score != coalesce(sums.fit_points, 0) + coalesce(sums.intent_points, 0)
