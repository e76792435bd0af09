-- depends_on: {{ ref('grade_scale') }}

-- The second round: leads that no rule names a pool for, or that found their pool full, are shared out among everyone,
-- who now carry what the first round gave them.

with first_round as (
    select lane, grade, max(served_count) as served_count from {{ ref('int_routing__slots_by_rule') }} group by lane, grade
),

served as (
    select queue.lead_id
    from {{ ref('int_routing__queue') }} as queue
    inner join first_round
        on
            queue.lane = first_round.lane
            and queue.grade = first_round.grade
            and queue.queue_place <= first_round.served_count
    where queue.place = 1 and queue.pool != 'everyone'
),

requests as (
    select queue.lead_id, queue.lane, queue.grade, queue.lead_weight
    from {{ ref('int_routing__queue') }} as queue
    left join served on queue.lead_id = served.lead_id
    where queue.pool = 'everyone' and served.lead_id is null
),

given as (
    select rep_id, sum(given_load) as given_load from {{ ref('int_routing__slots_by_rule') }} group by rep_id
),

members as (
    select distinct
        lanes.lane,
        lanes.rep_id,
        lanes.weight,
        lanes.capacity,
        loads.open_load + coalesce(given.given_load, 0) as open_load,
        loads.charged_load + coalesce(given.given_load, 0) as charged_load
    from {{ ref('int_routing__lanes') }} as lanes
    inner join {{ ref('int_routing__rep_loads') }} as loads on lanes.pool = loads.pool and lanes.rep_id = loads.rep_id
    left join given on lanes.rep_id = given.rep_id
    where lanes.pool = 'everyone'
),

{{ ctes_sharing_out(grades_by_place()) }}

select
    lane,
    grade,
    rep_id,
    cast(slot_count as bigint) as slot_count,
    slot_count * lead_weight as given_load,
    cast(sum(slot_count) over (partition by lane, grade) as bigint) as served_count
from shared
