-- How the past of each feature is known, and what each model made of it.

select
    features.feature,
    models.outcome_id,
    models.model_id,
    features.kind,
    features.dimension,
    features.past_is,
    features.reliable_from,
    features.changed_count,
    features.watched_count,
    uses.is_used,
    uses.reason_code,
    uses.filled_share
from {{ ref('int_learning__feature_pasts') }} as features
left join {{ ref('int_learning__models') }} as models on 1 = 1
left join {{ source('ops', 'score_model_features') }} as uses
    on models.model_id = uses.model_id and features.feature = uses.feature
