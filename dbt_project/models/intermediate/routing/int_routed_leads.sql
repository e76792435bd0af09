{% set million, least_outcomes = 'cast(1000000 as double)', 10 %}

-- Which lead goes to whom, once it is settled how many leads each rep takes. Within a cell (leads of one lane and grade)
-- every lead asks for the rep who would win it most often compared with what the lead and the rep would do elsewhere;
-- a rep takes those who would lose most by going to their second choice. Two such passes; what is left is dealt out in
-- the order of a hash of lead and week. Margins are whole millionths, computed from whole numbers: sums of fractions end
-- in digits that depend on the order of the rows, and would decide between equals. Measured against the optimal
-- assignment by tests/benchmarks/bench_routing.py.

with slots as (
    select * from {{ ref('int_slots_by_rule') }}
    union all
    select * from {{ ref('int_slots_by_overflow') }}
),

served as (
    select lane, grade, max(served_count) as served_count from slots group by lane, grade
),

by_rule as (
    select queue.*
    from {{ ref('int_routing_queue') }} as queue
    inner join served
        on queue.lane = served.lane and queue.grade = served.grade and queue.queue_place <= served.served_count
    where queue.place = 1 and queue.pool != 'everyone'
),

by_overflow as (
    select queue.*
    from (
        select
            queue.*,
            row_number() over (partition by queue.lane, queue.grade order by queue.queue_place) as left_place
        from {{ ref('int_routing_queue') }} as queue
        left join by_rule on queue.lead_id = by_rule.lead_id
        where queue.pool = 'everyone' and by_rule.lead_id is null
    ) as queue
    inner join served
        on queue.lane = served.lane and queue.grade = served.grade and queue.left_place <= served.served_count
),

leads as (
    select lead_id, lane, grade, lane || '/' || grade as cell
    from by_rule
    union all
    select lead_id, lane, grade, lane || '/' || grade as cell
    from by_overflow
),

pass_1_options as (
    select
        leads.cell,
        leads.lead_id,
        slots.rep_id,
        slots.slot_count,
        cast(round(coalesce(win_rates.win_rate, 0) * 1000000) as bigint) as win_millionths
    from leads
    inner join slots on leads.lane = slots.lane and leads.grade = slots.grade
    inner join {{ ref('int_lead_win_rates') }} as win_rates
        on leads.lead_id = win_rates.lead_id and slots.rep_id = win_rates.rep_id
),

-- Rates that differ by less than a hundredth tell nobody apart.
told_apart as (
    select lead_id
    from pass_1_options
    group by lead_id
    having max(win_millionths) - min(win_millionths) >= 10000
),

{% for pass in [1, 2] %}
{{ 'pass_%d' % pass }}_margins as (
    select
        *,
        cast(
            floor(
                (
                    cast(win_millionths as double) * {{ million }}
                    - cast(floor(lead_sum * {{ million }} / lead_count) as double)
                    - cast(floor(rep_sum * {{ million }} / rep_count) as double)
                ) / {{ million }} + 0.5
            ) as bigint
        ) as margin
    from (
        select
            *,
            cast(sum(win_millionths) over (partition by lead_id) as double) as lead_sum,
            count(*) over (partition by lead_id) as lead_count,
            cast(sum(win_millionths) over (partition by cell, rep_id) as double) as rep_sum,
            count(*) over (partition by cell, rep_id) as rep_count
        from {{ 'pass_%d' % pass }}_options
    ) as options
),

{{ 'pass_%d' % pass }}_wishes as (
    select
        *,
        margin - coalesce(lead(margin) over (partition by lead_id order by margin desc, tie), margin) as loss,
        row_number() over (partition by lead_id order by margin desc, tie) as wish
    from (
        select
            *,
            {{ dbt.hash(
                "lead_id || '/' || rep_id || '/' || cast(" ~ dbt.date_trunc('week', as_of()) ~ " as string)"
            ) }} as tie
        from {{ 'pass_%d' % pass }}_margins
    ) as margins
),

{{ 'pass_%d' % pass }}_taken as (
    select cell, lead_id, rep_id
    from (
        select
            *,
            row_number() over (partition by cell, rep_id order by loss desc, tie) as place
        from {{ 'pass_%d' % pass }}_wishes
        where wish = 1
    ) as wishes
    where place <= slot_count
),

{{ 'pass_%d' % pass }}_used as (
    select cell, rep_id, count(*) as slot_count from {{ 'pass_%d' % pass }}_taken group by cell, rep_id
),

{{ 'pass_%d' % (pass + 1) }}_options as (
    select
        options.cell,
        options.lead_id,
        options.rep_id,
        options.slot_count - coalesce(used.slot_count, 0) as slot_count,
        options.win_millionths
    from {{ 'pass_%d' % pass }}_options as options
    left join {{ 'pass_%d' % pass }}_taken as taken on options.lead_id = taken.lead_id
    left join {{ 'pass_%d' % pass }}_used as used
        on options.cell = used.cell and options.rep_id = used.rep_id
    where taken.lead_id is null and options.slot_count > coalesce(used.slot_count, 0)
),

{% endfor %}
left_leads as (
    select
        cell,
        lead_id,
        row_number() over (
            partition by cell
            order by {{ dbt.hash("lead_id || cast(" ~ dbt.date_trunc('week', as_of()) ~ " as string)") }}
        ) as place
    from (select distinct cell, lead_id from pass_3_options) as options
),

left_slots as (
    select
        cell,
        rep_id,
        sum(slot_count) over (partition by cell order by rep_id) as last_place,
        sum(slot_count) over (partition by cell order by rep_id) - slot_count as place_before
    from (select distinct cell, rep_id, slot_count from pass_3_options) as options
),

assigned as (
    select lead_id, rep_id from pass_1_taken
    union all
    select lead_id, rep_id from pass_2_taken
    union all
    select left_leads.lead_id, left_slots.rep_id
    from left_leads
    inner join left_slots
        on
            left_leads.cell = left_slots.cell
            and left_slots.place_before < left_leads.place
            and left_leads.place <= left_slots.last_place
)

select
    queue.lead_id,
    assigned.rep_id,
    queue.pool,
    queue.rule_id,
    queue.reason,
    queue.place > 1 as is_overflow,
    queue.lane,
    queue.grade,
    queue.lead_weight,
    queue.member_count,
    win_rates.win_rate,
    win_rates.such_closed_count,
    win_rates.such_won_count,
    told_apart.lead_id is not null
    and win_rates.such_closed_count >= {{ least_outcomes }}
    and win_rates.such_won_count between 1 and win_rates.such_closed_count - 1 as is_win_rate_told
from (
    select * from by_rule
    union all
    select
        lead_id, pool, place, rule_id, reason, grade, lead_weight, lane, member_count, queue_place
    from by_overflow
) as queue
inner join assigned on queue.lead_id = assigned.lead_id
inner join {{ ref('int_lead_win_rates') }} as win_rates
    on queue.lead_id = win_rates.lead_id and assigned.rep_id = win_rates.rep_id
left join told_apart on queue.lead_id = told_apart.lead_id
