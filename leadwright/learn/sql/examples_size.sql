select
    outcomes.outcome_id,
    outcomes.horizon_days,
    outcomes.basis,
    (
        select max(moments.as_of)
        from intermediate.int_scoring__moments as moments
        where moments.is_current
    ) as as_of
from intermediate.int_learning__outcomes as outcomes
where $outcome_id is null or outcomes.outcome_id = $outcome_id
order by outcomes.place
