create or replace temp table picked as
with outcomes as (
    select stage from intermediate.int_learning__outcomes where outcome_id = $outcome_id
),

reached as (
    select reached.lead_id, reached.reached_at
    from intermediate.int_learning__reached as reached
    inner join outcomes on reached.stage = outcomes.stage
),

sightings as (
    select lead_id, min(seen_at) as watched_from
    from memory.log_lead_trait_versions
    group by lead_id
),

records as (
    select lead_id, string_agg(distinct crm, ' ' order by crm) as systems
    from intermediate.int_identity__records
    where not is_deleted
    group by lead_id
)

select
    people.lead_id,
    cast(date_diff('second', people.created_at, $as_of) as double) / 86400 as age_days,
    cast(date_diff('second', reached.reached_at, $as_of) as double) / 86400 as reached_days,
    reached.lead_id is not null as is_converted,
    reached.lead_id is not null or coalesce(stages.is_closed, false) as is_decided,
    cast(date_diff('second', sightings.watched_from, $as_of) as double) / 86400 as watched_days,
    records.systems,
    row_number() over (
        order by people.lead_id
    ) - 1 as place
from intermediate.int_identity__people as people
left join intermediate.int_lifecycle__lead_stages as stages on people.lead_id = stages.lead_id
left join reached on people.lead_id = reached.lead_id
left join sightings on people.lead_id = sightings.lead_id
left join records on people.lead_id = records.lead_id
where people.created_at <= $as_of
