-- How well a field alone tells converted leads from others: the share of pairs in which the converted one has the value
-- that more often goes with the outcome. Values that few leads have are left out: the rate of one says what became of it.
with people as (
    select
        people.lead_id,
        field_values.feature,
        field_values.value,
        case when reached.lead_id is null then 0 else 1 end as is_converted
    from intermediate.int_scoring__own_values as field_values
    inner join intermediate.int_identity__people as people on field_values.lead_id = people.lead_id
    left join intermediate.int_learning__reached as reached
        on people.lead_id = reached.lead_id and reached.stage = $stage
    where field_values.value is not null
),

rated as (
    select
        feature,
        is_converted,
        case when count(*) over (partition by feature, value) >= 20 then avg(is_converted) over (partition by feature, value) end
            as rate
    from people
),

ranked as (
    select
        feature,
        is_converted,
        rank() over (partition by feature order by rate)
        + (count(*) over (partition by feature, rate) - 1) / 2.0 as place
    from rated
    where rate is not null
)

select
    feature,
    (
        sum(place) filter (where is_converted = 1)
        - count(*) filter (where is_converted = 1) * (count(*) filter (where is_converted = 1) + 1) / 2.0
    )
    / nullif(
        count(*) filter (where is_converted = 1) * cast(count(*) filter (where is_converted = 0) as double), 0
    ) as auc
from ranked
group by feature
order by feature
