-- What a champion foretold of leads at the age at which scores are judged, and what became of them, once the time of its
-- outcome is over. A lead that had come to the outcome by then has nothing to tell, nor has one of which nobody knows when.

select
    judgements.lead_id,
    judgements.model_id,
    judgements.judged_at,
    judgements.probability,
    coalesce(
        reached.reached_at <= {{ dbt.dateadd('day', 'outcomes.horizon_days', 'judgements.judged_at') }}, false
    ) as is_converted
from {{ ref('log_score_judgements') }} as judgements
inner join {{ ref('int_learning__models') }} as models on judgements.model_id = models.model_id
inner join {{ ref('int_learning__outcomes') }} as outcomes on models.outcome_id = outcomes.outcome_id
left join {{ ref('int_learning__reached') }} as reached
    on judgements.lead_id = reached.lead_id and outcomes.stage = reached.stage
where
    {{ dbt.dateadd('day', 'outcomes.horizon_days', 'judgements.judged_at') }} <= {{ as_of() }}
    and (reached.lead_id is null or reached.reached_at > judgements.judged_at)
