-- What each model says of each lead now. Log-odds are exact decimals, so that the lines add up; the probability is the
-- calibrated one, with the interval of what became of leads with like log-odds, and how many these were.

with sums as (
    select
        lead_id,
        as_of,
        model_id,
        outcome_id,
        cast(sum(log_odds) as decimal(18, 6)) as log_odds,
        cast(sum(case when dimension = 'fit' then points else 0 end) as decimal(18, 2)) as fit_points,
        cast(sum(case when dimension = 'intent' then points else 0 end) as decimal(18, 2)) as intent_points
    from {{ ref('int_learning__contributions') }}
    group by lead_id, as_of, model_id, outcome_id
),

calibrated as (
    {{ model_probabilities('sums') }}
)

select
    lead_id,
    as_of,
    model_id,
    outcome_id,
    log_odds,
    fit_points,
    intent_points,
    raw_probability,
    probability,
    lower_probability,
    upper_probability,
    similar_lead_count
from calibrated
