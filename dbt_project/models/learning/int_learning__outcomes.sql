-- What models may learn to foresee, and how its past is known. Where most leads that came to a stage have no date of it,
-- no moment can be told from the outcome: the final one is taken, by when the lead was created.

with counts as (
    select
        outcomes.outcome_id,
        {{ counted('reached.reached_at is not null') }} as dated_count,
        {{ counted('reached.lead_id is not null and reached.reached_at is null') }} as undated_count
    from {{ ref('learning_outcomes') }} as outcomes
    left join {{ ref('int_learning__reached') }} as reached on outcomes.stage = reached.stage
    group by outcomes.outcome_id
)

select
    outcomes.outcome_id,
    outcomes.stage,
    outcomes.horizon_days,
    outcomes.place,
    counts.dated_count,
    counts.undated_count,
    case when counts.undated_count > counts.dated_count then 'cohort' else 'dated' end as basis
from {{ ref('learning_outcomes') }} as outcomes
inner join counts on outcomes.outcome_id = counts.outcome_id
