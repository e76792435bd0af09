{# CTEs that give each row of `requests` (lead_id, lane, lead_weight) a rep of `members` (lane, rep_id, weight,
   capacity, open_load): the last one, `assigned`, has (lead_id, rep_id, lane, member_count).

   Every rep offers numbered slots; the n-th slot costs the load that the rep would carry after taking n leads,
   divided by the rep's weight. The n-th lead in the queue gets the n-th cheapest slot, which is what handing leads
   out one by one to whoever carries least would give, without a loop. Equal slots are ordered by a hash that differs
   from slot to slot, so that nobody wins every tie. A rep who serves several lanes at once is charged in each for
   its share of all leads, so that capacity holds over all of them. #}
{% macro ctes_assigning_by_load() -%}
queue as (
    select
        lead_id,
        lane,
        row_number() over (partition by lane order by lead_weight desc, {{ dbt.hash('lead_id') }}) as place
    from requests
),

lanes as (
    select lane, count(*) as lead_count, avg(lead_weight) as mean_weight from requests group by lane
),

shares as (
    select members.rep_id, sum(lanes.lead_count) as lead_count
    from members
    inner join lanes on members.lane = lanes.lane
    group by members.rep_id
),

slots as (
    select
        members.lane,
        members.rep_id,
        members.capacity,
        queue.place as slot_number,
        members.open_load
        + queue.place * lanes.mean_weight * shares.lead_count / lanes.lead_count as load_after,
        (
            members.open_load
            + (queue.place - 0.5) * lanes.mean_weight * shares.lead_count / lanes.lead_count
        ) / members.weight as cost
    from members
    inner join lanes on members.lane = lanes.lane
    inner join shares on members.rep_id = shares.rep_id
    inner join queue on members.lane = queue.lane
),

ordered_slots as (
    select
        lane,
        rep_id,
        row_number() over (
            partition by lane
            order by cost, {{ dbt.hash("rep_id || '/' || cast(slot_number as string) || '/' || lane") }}
        ) as place
    from slots
    where capacity is null or load_after <= capacity
),

lane_sizes as (
    select lane, count(*) as member_count from members group by lane
),

assigned as (
    select
        queue.lead_id,
        ordered_slots.rep_id,
        queue.lane,
        lane_sizes.member_count
    from queue
    inner join ordered_slots on queue.lane = ordered_slots.lane and queue.place = ordered_slots.place
    inner join lane_sizes on queue.lane = lane_sizes.lane
)
{%- endmacro %}
