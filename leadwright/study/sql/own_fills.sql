-- The company's own fields: how many leads have a value when, and whom. Young leads are those of the newest tenth that
-- have not converted: what is filled in later they do not have yet.
with people as (
    select
        people.lead_id,
        people.created_at,
        reached.lead_id is not null as is_converted,
        percent_rank() over (order by people.created_at) as turn
    from intermediate.int_identity__people as people
    left join intermediate.int_learning__reached as reached
        on people.lead_id = reached.lead_id and reached.stage = $stage
    where people.created_at is not null
),

totals as (
    select
        count(*) as leads,
        count(*) filter (where is_converted) as converted,
        count(*) filter (where not is_converted) as others,
        count(*) filter (where not is_converted and turn >= 0.9) as young,
        count(*) filter (where not is_converted and turn < 0.9) as old
    from people
),

filled as (
    select
        field_values.feature,
        count(*) as filled,
        count(distinct field_values.value) as different,
        count(*) filter (where people.is_converted) as converted_filled,
        count(*) filter (where not people.is_converted) as others_filled,
        count(*) filter (where not people.is_converted and people.turn >= 0.9) as young_filled,
        count(*) filter (where not people.is_converted and people.turn < 0.9) as old_filled,
        count(*) filter (where try_cast(field_values.value as date) > cast(people.created_at as date)) as after_creation
    from intermediate.int_scoring__own_values as field_values
    inner join people on field_values.lead_id = people.lead_id
    where field_values.value is not null
    group by field_values.feature
)

select
    filled.*,
    totals.*
from filled
cross join totals
order by filled.feature
