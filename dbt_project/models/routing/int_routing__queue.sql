-- Every lead that needs an owner, in the lane of the first pool that fits it and its grade, and in that of everyone. The
-- order within a lane is a hash: nobody can put his lead first by its name.

with lanes as (
    select distinct pool, systems, is_urgent, barred_reps, lane, member_count
    from {{ ref('int_routing__lanes') }}
),

requests as (
    select
        requests.*,
        scores.grade,
        weights.load_weight as lead_weight,
        coalesce(scores.sla_minutes <= {{ routing_policy('urgent_minutes') }}, false) as is_urgent,
        row_number() over (partition by requests.lead_id order by requests.priority) as place
    from {{ ref('int_routing__requests') }} as requests
    inner join {{ ref('int_scoring__scores') }} as scores on requests.lead_id = scores.lead_id and scores.is_current
    inner join {{ ref('grade_scale') }} as weights on scores.grade = weights.grade
    where requests.only_grade is null or requests.only_grade = scores.grade
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
from requests
inner join lanes
    on
        requests.pool = lanes.pool
        and requests.systems = lanes.systems
        and requests.is_urgent = lanes.is_urgent
        and requests.barred_reps = lanes.barred_reps
where requests.place = 1 or requests.pool = 'everyone'
