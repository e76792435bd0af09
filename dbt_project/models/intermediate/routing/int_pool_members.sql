-- Who takes leads in which pool, and what counts against him. Shares are evened out over the days of the policy; for the
-- days that somebody was on leave he is charged what the others got for their weight, so that he comes back to a usual
-- day and not to a flood.

with members as (
    select
        takers.pool,
        takers.rep_id,
        takers.full_name,
        takers.weight,
        takers.capacity,
        takers.can_hubspot,
        takers.can_salesforce,
        availability.is_on_leave,
        availability.is_at_work,
        availability.absence,
        availability.absent_share,
        loads.open_load,
        loads.given_load
    from {{ ref('int_lead_takers') }} as takers
    inner join {{ ref('int_rep_loads') }} as loads on takers.rep_id = loads.rep_id
    inner join {{ ref('int_rep_availability') }} as availability on takers.rep_id = availability.rep_id
    where takers.pool is not null
),

usual as (
    select pool, sum(given_load) / nullif(sum(weight * (1 - absent_share)), 0) as load_per_weight
    from members
    group by pool
)

select
    members.pool,
    members.rep_id,
    members.full_name,
    members.weight,
    members.capacity,
    members.can_hubspot,
    members.can_salesforce,
    members.is_on_leave,
    members.is_at_work,
    members.absence,
    members.open_load,
    members.given_load,
    cast(
        round(
            members.given_load + members.absent_share * members.weight * coalesce(usual.load_per_weight, 0), 4
        ) as double
    ) as charged_load
from members
inner join usual on members.pool = usual.pool
