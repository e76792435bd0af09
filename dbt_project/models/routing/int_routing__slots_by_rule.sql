-- depends_on: {{ ref('grade_scale') }}

-- The first round: leads for which a rule names a pool are shared out in that pool.

with requests as (
    select lead_id, lane, grade, lead_weight
    from {{ ref('int_routing__queue') }}
    where place = 1 and pool != 'everyone'
),

members as (
    select distinct lanes.lane, lanes.rep_id, lanes.weight, lanes.capacity, loads.open_load, loads.charged_load
    from {{ ref('int_routing__lanes') }} as lanes
    inner join {{ ref('int_routing__rep_loads') }} as loads on lanes.pool = loads.pool and lanes.rep_id = loads.rep_id
    where lanes.pool != 'everyone'
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
