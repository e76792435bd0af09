-- Who is named to take leads: in a pool, with a weight, or as an owner of last resort (pool null). The most exact pattern
-- wins: a whole address, then *@domain, then *. Whoever no row names gets no lead, not even one of an account that he
-- owns.

with matches as (
    select
        pools.pool,
        cast(null as integer) as fallback_place,
        reps.rep_id,
        reps.full_name,
        pools.weight,
        pools.capacity,
        {{ address_place('pools.email_pattern', 'reps.email') }} = 1 as is_named,
        row_number() over (
            partition by pools.pool, reps.rep_id order by {{ address_place('pools.email_pattern', 'reps.email') }}
        ) as place
    from {{ ref('routing_pool') }} as pools
    inner join {{ ref('int_identity__reps') }} as reps
        on
            reps.is_active
            and not reps.is_routed_from
            and {{ address_place('pools.email_pattern', 'reps.email') }} is not null

    union all

    select
        cast(null as string) as pool,
        fallbacks.place as fallback_place,
        reps.rep_id,
        reps.full_name,
        cast(null as decimal(9, 2)) as weight,
        cast(null as decimal(9, 2)) as capacity,
        {{ address_place('fallbacks.email_pattern', 'reps.email') }} = 1 as is_named,
        row_number() over (partition by reps.rep_id order by fallbacks.place) as place
    from {{ ref('routing_fallback') }} as fallbacks
    inner join {{ ref('int_identity__reps') }} as reps
        on
            reps.is_active
            and not reps.is_routed_from
            and {{ address_place('fallbacks.email_pattern', 'reps.email') }} is not null
)

select
    pool,
    fallback_place,
    rep_id,
    full_name,
    weight,
    capacity,
    is_named
from matches
where place = 1 and (pool is null or weight > 0)
