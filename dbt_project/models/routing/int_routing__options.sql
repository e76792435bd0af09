{% set least_outcomes = 10 %}

-- Who may take each lead that there is a slot for, and how often he wins such leads. Rates that differ by less than a
-- hundredth tell nobody apart, and a rate is told only where it is the rep's own.

with slots as (
    select * from {{ ref('int_routing__slots_by_rule') }}
    union all
    select * from {{ ref('int_routing__slots_by_overflow') }}
),

served as (
    select lane, grade, max(served_count) as served_count from slots group by lane, grade
),

by_rule as (
    select queue.*
    from {{ ref('int_routing__queue') }} as queue
    inner join served
        on queue.lane = served.lane and queue.grade = served.grade and queue.queue_place <= served.served_count
    where queue.place = 1 and queue.pool != 'everyone'
),

left_over as (
    select
        queue.*,
        row_number() over (partition by queue.lane, queue.grade order by queue.queue_place) as left_place
    from {{ ref('int_routing__queue') }} as queue
    left join by_rule on queue.lead_id = by_rule.lead_id
    where queue.pool = 'everyone' and by_rule.lead_id is null
),

leads as (
    select lead_id, pool, place, rule_id, reason, lane, grade, lead_weight, member_count from by_rule
    union all
    select
        left_over.lead_id,
        left_over.pool,
        left_over.place,
        left_over.rule_id,
        left_over.reason,
        left_over.lane,
        left_over.grade,
        left_over.lead_weight,
        left_over.member_count
    from left_over
    inner join served
        on
            left_over.lane = served.lane
            and left_over.grade = served.grade
            and left_over.left_place <= served.served_count
),

options as (
    select
        leads.*,
        slots.rep_id,
        slots.slot_count,
        win_rates.win_rate,
        win_rates.such_closed_count,
        win_rates.such_won_count,
        cast(round(coalesce(win_rates.win_rate, 0) * 1000000) as bigint) as win_millionths
    from leads
    inner join slots on leads.lane = slots.lane and leads.grade = slots.grade
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
    win_rate,
    win_millionths,
    such_closed_count,
    such_won_count,
    max(win_millionths) over (partition by lead_id) - min(win_millionths) over (partition by lead_id) >= 10000
    and such_closed_count >= {{ least_outcomes }}
    and such_won_count between 1 and such_closed_count - 1 as is_win_rate_told
from options
