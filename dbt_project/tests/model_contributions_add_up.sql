-- Leads whose contributions do not add up to the log-odds and points that a model gives them, to the last digit.

with sums as (
    select
        lead_id,
        model_id,
        sum(log_odds) as log_odds,
        sum(case when dimension = 'fit' then points else 0 end) as fit_points,
        sum(case when dimension = 'intent' then points else 0 end) as intent_points,
        count(distinct case when kind = 'intercept' then kind end) as start_count
    from {{ ref('int_learning__contributions') }}
    group by lead_id, model_id
),

expected as (
    select moments.lead_id, models.model_id
    from {{ ref('int_scoring__moments') }} as moments
    cross join {{ ref('int_learning__models') }} as models
    where moments.is_current and models.kind != 'none' and models.is_scored
)

select
    expected.lead_id,
    expected.model_id,
    scores.log_odds,
    sums.log_odds as summed_log_odds
from expected
left join {{ ref('fct_lead_model_scores') }} as scores
    on expected.lead_id = scores.lead_id and expected.model_id = scores.model_id
left join sums on expected.lead_id = sums.lead_id and expected.model_id = sums.model_id
where
    scores.lead_id is null
    or sums.start_count != 1
    or scores.log_odds != sums.log_odds
    or scores.fit_points != sums.fit_points
    or scores.intent_points != sums.intent_points
    or scores.probability not between scores.lower_probability and scores.upper_probability
