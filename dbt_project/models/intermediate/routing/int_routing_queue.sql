-- Every lead that needs an owner, in the lane of the first pool that fits it and in that of everyone. The order within
-- a lane is a hash: nobody can put his lead first by its name.

with lanes as (
    select distinct pool, has_hubspot, has_salesforce, is_urgent, barred_reps, lane, member_count
    from {{ ref('int_routing_lanes') }}
)

select
    requests.lead_id,
    requests.pool,
    requests.place,
    requests.rule_id,
    requests.reason,
    requests.grade,
    requests.lead_weight,
    lanes.lane,
    lanes.member_count,
    row_number() over (
        partition by lanes.lane, requests.grade order by {{ dbt.hash('requests.lead_id') }}
    ) as queue_place
from {{ ref('int_routing_requests') }} as requests
inner join lanes
    on
        requests.pool = lanes.pool
        and requests.has_hubspot = lanes.has_hubspot
        and requests.has_salesforce = lanes.has_salesforce
        and requests.is_urgent = lanes.is_urgent
        and requests.barred_reps = lanes.barred_reps
where requests.place = 1 or requests.pool = 'everyone'
