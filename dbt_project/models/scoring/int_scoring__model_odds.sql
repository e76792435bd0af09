-- How likely each lead's outcome is by the champion, where one makes the score.

with starts as (
    select distinct model_id, intercept from {{ ref('int_scoring__champions') }}
),

sums as (
    select
        hits.lead_id,
        hits.as_of,
        hits.model_id,
        cast(max(starts.intercept) + coalesce(sum(hits.log_odds), 0) as decimal(18, 6)) as log_odds
    from {{ ref('int_scoring__model_hits') }} as hits
    inner join starts on hits.model_id = starts.model_id
    group by hits.lead_id, hits.as_of, hits.model_id
),

calibrated as (
    {{ model_probabilities('sums') }}
)

select
    lead_id,
    as_of,
    model_id,
    log_odds,
    probability,
    lower_probability,
    upper_probability,
    similar_lead_count
from calibrated
