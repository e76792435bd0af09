with newest as (
    select *
    from marts.fct_rule_sets
    where set_number = (select max(every.set_number) from marts.fct_rule_sets as every)
),

at_that_time as (
    select *
    from marts.fct_rule_sets
    where set_number = $set_number
)

select
    kind,
    row_key
from newest
full join at_that_time
    using (kind, row_key)
where
    (newest.definition, newest.valid_from, newest.valid_to)
    is distinct from (at_that_time.definition, at_that_time.valid_from, at_that_time.valid_to)
order by all
