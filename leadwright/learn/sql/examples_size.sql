select
    outcomes.outcome_id,
    outcomes.horizon_days,
    outcomes.basis,
    (
        select as_of
        from intermediate.int_scoring__moments
        where is_current
        limit 1
    ) as as_of
from intermediate.int_learning__outcomes as outcomes
where $outcome_id is null or outcomes.outcome_id = $outcome_id
order by outcomes.place
