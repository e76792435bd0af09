-- The model that makes the score of the last build; no row where the rules do.
with moments as (
    select max(as_of) as as_of
    from intermediate.int_scoring__moments
    where is_current
)

select distinct champions.model_id
from intermediate.int_scoring__champions as champions
inner join moments
    on
        champions.valid_from <= cast(moments.as_of as date)
        and coalesce(champions.valid_to, date '9999-12-31') >= cast(moments.as_of as date)
