{% set million, week = 'cast(1000000 as double)', dbt.date_trunc('week', as_of()) %}

-- Which lead goes to whom, once it is settled how many leads each rep takes. Within a cell (leads of one lane and grade)
-- every lead asks for the rep who would win it most often compared with what the lead and the rep would do elsewhere;
-- a rep takes those who would lose most by going to their second choice. Two such passes; what is left is dealt out in
-- the order of a hash of lead and week. Margins are whole millionths, computed from whole numbers: sums of fractions end
-- in digits that depend on the order of the rows, and would decide between equals. Measured against the optimal
-- assignment by tests/benchmarks/bench_routing.py.

with pass_1_options as (
    select cell, lead_id, rep_id, slot_count, win_millionths from {{ ref('int_routing__options') }}
),

{% for pass in [1, 2] %}
pass_{{ pass }}_margins as (
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
        ) as margin,
        {{ dbt.hash("lead_id || '/' || rep_id || '/' || cast(" ~ week ~ " as string)") }} as tie
    from (
        select
            *,
            cast(sum(win_millionths) over (partition by lead_id) as double) as lead_sum,
            count(*) over (partition by lead_id) as lead_count,
            cast(sum(win_millionths) over (partition by cell, rep_id) as double) as rep_sum,
            count(*) over (partition by cell, rep_id) as rep_count
        from pass_{{ pass }}_options
    ) as options
),

pass_{{ pass }}_wishes as (
    select
        *,
        margin - coalesce(lead(margin) over (partition by lead_id order by margin desc, tie), margin) as loss,
        row_number() over (partition by lead_id order by margin desc, tie) as wish
    from pass_{{ pass }}_margins
),

pass_{{ pass }}_taken as (
    select cell, lead_id, rep_id
    from (
        select *, row_number() over (partition by cell, rep_id order by loss desc, tie) as place
        from pass_{{ pass }}_wishes
        where wish = 1
    ) as wishes
    where place <= slot_count
),

pass_{{ pass }}_used as (
    select cell, rep_id, count(*) as slot_count from pass_{{ pass }}_taken group by cell, rep_id
),

pass_{{ pass + 1 }}_options as (
    select
        options.cell,
        options.lead_id,
        options.rep_id,
        options.slot_count - coalesce(used.slot_count, 0) as slot_count,
        options.win_millionths
    from pass_{{ pass }}_options as options
    left join pass_{{ pass }}_taken as taken on options.lead_id = taken.lead_id
    left join pass_{{ pass }}_used as used on options.cell = used.cell and options.rep_id = used.rep_id
    where taken.lead_id is null and options.slot_count > coalesce(used.slot_count, 0)
),

{% endfor %}
left_leads as (
    select
        cell,
        lead_id,
        row_number() over (
            partition by cell order by {{ dbt.hash("lead_id || cast(" ~ week ~ " as string)") }}
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

select options.*
from {{ ref('int_routing__options') }} as options
inner join assigned on options.lead_id = assigned.lead_id and options.rep_id = assigned.rep_id
