select
    lead_id,
    outcome_id,
    model_id,
    as_of,
    log_odds,
    fit_points,
    intent_points,
    raw_probability,
    probability,
    lower_probability,
    upper_probability,
    similar_lead_count
from {{ ref('int_learning__scores') }}
