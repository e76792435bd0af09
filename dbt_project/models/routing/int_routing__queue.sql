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
),

-- The rules would choose the owner again who was undone, or may: the lead waits.
waiting as (
    select requests.lead_id
    from requests
    inner join {{ ref('int_routing__owner_candidates') }} as candidates
        on requests.lead_id = candidates.lead_id and candidates.decision = 'undone'
    inner join {{ ref('int_routing__owner_undoings') }} as undoings on requests.lead_id = undoings.lead_id
    inner join {{ ref('int_routing__pool_members') }} as members
        on
            undoings.rep_id = members.rep_id
            and case when undoings.reason_code = 'first_pool_full' then 'everyone' else requests.pool end = members.pool
    where requests.place = 1
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
left join waiting on requests.lead_id = waiting.lead_id
where waiting.lead_id is null and (requests.place = 1 or requests.pool = 'everyone')
