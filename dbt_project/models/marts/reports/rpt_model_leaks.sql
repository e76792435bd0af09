-- Features that a model was kept from learning from, or learned from because a person said so, with what speaks against
-- them and what to do.

select
    models.model_id,
    models.outcome_id,
    leaks.feature,
    leaks.verdict,
    leaks.is_left_out,
    leaks.place,
    leaks.evidence,
    leaks.weight,
    leaks.finding,
    case
        when not leaks.is_left_out then 'Used, because learning_features.csv says yes. Remove that row if it is wrong.'
        when leaks.evidence = 'runs_with_time'
            then 'Left out. Mark it as seen in fields.csv: from then on each run remembers what it said.'
        when leaks.verdict = 'leak' and features.kind = 'own'
            then
                'Left out. Mark it as seen in fields.csv, so that it counts from when a run sees it. If leads state it '
                || 'themselves before anybody works on them, write yes with a reason in learning_features.csv.'
        when leaks.verdict = 'leak'
            then
                'Left out. If leads state it themselves before anybody works on them, write yes with a reason in '
                || 'learning_features.csv.'
        else
            'Left out until somebody answers. Who fills it in, and when? Write yes in learning_features.csv if leads '
            || 'state it themselves before anybody works on them, else no.'
    end as advice
from {{ source('ops', 'score_model_leaks') }} as leaks
inner join {{ ref('int_learning__models') }} as models on leaks.model_id = models.model_id
left join {{ ref('int_learning__feature_pasts') }} as features on leaks.feature = features.feature
