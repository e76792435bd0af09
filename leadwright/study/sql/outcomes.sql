-- The outcomes that may be learned from, with how many leads came to each and have a date of it, and how many may count.
with moments as (
    select max(as_of) as as_of
    from intermediate.int_scoring__moments
    where is_current
)

select
    outcomes.outcome_id,
    outcomes.stage,
    outcomes.horizon_days,
    outcomes.basis,
    outcomes.dated_count,
    outcomes.undated_count,
    moments.as_of
from intermediate.int_learning__outcomes as outcomes
cross join moments
order by outcomes.place
