-- Who takes leads in which pool, and what counts against him. The most exact pattern wins: a whole address, then
-- *@domain, then *. Shares are evened out over the days of the policy; for the days that somebody was on leave he is
-- charged what the others got for their weight, so that he comes back to a usual day and not to a flood.

with matches as (
    select
        pools.pool,
        reps.rep_id,
        reps.full_name,
        pools.weight,
        pools.capacity,
        reps.hubspot_owner_id is not null as can_hubspot,
        reps.salesforce_user_id is not null as can_salesforce,
        row_number() over (
            partition by pools.pool, reps.rep_id order by {{ address_place('pools.email_pattern', 'reps.email') }}
        ) as place
    from {{ ref('routing_pool') }} as pools
    inner join {{ ref('int_reps') }} as reps
        on reps.is_active and {{ address_place('pools.email_pattern', 'reps.email') }} is not null
),

members as (
    select
        matches.*,
        availability.is_on_leave,
        availability.is_at_work,
        availability.absence,
        availability.absent_share,
        loads.open_load,
        loads.given_load
    from matches
    inner join {{ ref('int_rep_loads') }} as loads on matches.rep_id = loads.rep_id
    inner join {{ ref('int_rep_availability') }} as availability on matches.rep_id = availability.rep_id
    where matches.place = 1 and matches.weight > 0
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
