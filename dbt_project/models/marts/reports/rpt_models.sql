-- A model's card: what it was made from, and what the gates say.

with uses as (
    select model_id, {{ counted('is_used') }} as feature_count
    from {{ source('ops', 'score_model_features') }}
    group by model_id
)

select
    models.model_id,
    models.outcome_id,
    outcomes.stage,
    outcomes.horizon_days,
    models.trained_at,
    models.as_of,
    models.kind,
    models.calibration,
    models.basis,
    models.trained_from,
    models.trained_until,
    models.tested_from,
    models.tested_until,
    models.lead_count,
    models.example_count,
    models.excluded_count,
    models.software,
    coalesce(uses.feature_count, 0) as feature_count,
    models.is_newest,
    models.is_champion,
    verdicts.verdict,
    verdicts.verdict_text
from {{ ref('int_learning__models') }} as models
inner join {{ ref('int_learning__verdicts') }} as verdicts on models.model_id = verdicts.model_id
left join uses on models.model_id = uses.model_id
left join {{ ref('learning_outcomes') }} as outcomes on models.outcome_id = outcomes.outcome_id
