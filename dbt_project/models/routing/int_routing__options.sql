-- depends_on: {{ ref('grade_scale') }}

{% set least_outcomes = 10 %}

-- Who may take each lead that there is a slot for, and how often he wins such leads. The second round is shared out here:
-- leads that no rule names a pool for, or that found their pool full, go to everyone, who now carry what the first round
-- gave them. Rates that differ by less than a hundredth tell nobody apart, and a rate is told only where it is the rep's own.

with first_slots as (
    select * from {{ ref('int_routing__slots_by_rule') }}
),

first_served as (
    select lane, grade, max(served_count) as served_count from first_slots group by lane, grade
),

by_rule as (
    select queue.*, queue.queue_place as turn
    from {{ ref('int_routing__queue') }} as queue
    inner join first_served as served
        on queue.lane = served.lane and queue.grade = served.grade and queue.queue_place <= served.served_count
    where queue.place = 1 and queue.pool != 'everyone'
),

requests as (
    select
        queue.*,
        row_number() over (partition by queue.lane, queue.grade order by queue.queue_place) as turn
    from {{ ref('int_routing__queue') }} as queue
    left join by_rule on queue.lead_id = by_rule.lead_id
    where queue.pool = 'everyone' and by_rule.lead_id is null
),

given as (
    select rep_id, sum(given_load) as given_load from first_slots group by rep_id
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

{{ ctes_sharing_out(grades_by_place()) }},

slots as (
    select lane, grade, rep_id, slot_count, given_load, served_count from first_slots
    union all
    select
        lane,
        grade,
        rep_id,
        cast(slot_count as bigint) as slot_count,
        slot_count * lead_weight as given_load,
        cast(sum(slot_count) over (partition by lane, grade) as bigint) as served_count
    from shared
),

leads as (
    select * from by_rule
    union all
    select * from requests
),

options as (
    select
        leads.*,
        slots.rep_id,
        slots.slot_count,
        slots.given_load,
        win_rates.win_rate,
        win_rates.such_closed_count,
        win_rates.such_won_count,
        cast(round(coalesce(win_rates.win_rate, 0) * 1000000) as bigint) as win_millionths
    from leads
    inner join slots on leads.lane = slots.lane and leads.grade = slots.grade and leads.turn <= slots.served_count
    inner join {{ ref('int_routing__lead_win_rates') }} as win_rates
        on leads.lead_id = win_rates.lead_id and slots.rep_id = win_rates.rep_id
)

select
    lead_id,
    rep_id,
    lane || '/' || grade as cell,
    lane,
    grade,
    pool,
    rule_id,
    reason,
    place > 1 as is_overflow,
    lead_weight,
    member_count,
    slot_count,
    given_load,
    win_rate,
    win_millionths,
    such_closed_count,
    such_won_count,
    max(win_millionths) over (partition by lead_id) - min(win_millionths) over (partition by lead_id) >= 10000
    and such_closed_count >= {{ least_outcomes }}
    and such_won_count between 1 and such_closed_count - 1 as is_win_rate_told
from options
