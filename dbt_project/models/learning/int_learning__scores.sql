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
    select
        sums.*,
        1 / (1 + exp(-cast(sums.log_odds as double))) as raw_probability,
        coalesce(
            ranges.probability,
            1 / (1 + exp(-(ranges.slope * cast(sums.log_odds as double) + ranges.shift)))
        ) as probability,
        ranges.lower_probability,
        ranges.upper_probability,
        ranges.lead_count as similar_lead_count
    from sums
    inner join {{ source('ops', 'score_model_calibrations') }} as ranges
        on
            sums.model_id = ranges.model_id
            and (ranges.low is null or ranges.low <= sums.log_odds)
            and (ranges.high is null or ranges.high > sums.log_odds)
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
    least(lower_probability, probability) as lower_probability,
    greatest(upper_probability, probability) as upper_probability,
    similar_lead_count
from calibrated
