-- The models that make the score, each in its time, with how the sum of its rows becomes a score and a band.

with starts as (
    select model_id, sum(log_odds) as intercept
    from {{ source('ops', 'score_model_rows') }}
    where kind = 'intercept'
    group by model_id
)

select
    champions.model_id,
    champions.valid_from,
    champions.valid_to,
    bands.dimension,
    bands.points_share,
    bands.start_points,
    bands.medium_from,
    bands.high_from,
    cast(starts.intercept as decimal(18, 6)) as intercept,
    models.outcome_id,
    models.basis,
    coalesce(outcomes.stage, 'sql') as stage,
    outcomes.horizon_days
from {{ ref('score_champions') }} as champions
inner join {{ source('ops', 'score_models') }} as models on champions.model_id = models.model_id
inner join {{ source('ops', 'score_model_bands') }} as bands on champions.model_id = bands.model_id
inner join starts on champions.model_id = starts.model_id
left join {{ ref('learning_outcomes') }} as outcomes on models.outcome_id = outcomes.outcome_id
