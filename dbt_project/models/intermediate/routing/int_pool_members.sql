-- Who takes leads in which pool. The most exact pattern wins: a whole address, then *@domain, then *.

with matches as (
    select
        pools.pool,
        reps.rep_id,
        pools.weight,
        pools.capacity,
        reps.hubspot_owner_id is not null as can_hubspot,
        reps.salesforce_user_id is not null as can_salesforce,
        row_number() over (
            partition by pools.pool, reps.rep_id
            order by case when pools.email_pattern = '*' then 3 when pools.email_pattern like '*%' then 2 else 1 end
        ) as place
    from {{ ref('routing_pool') }} as pools
    inner join {{ ref('int_reps') }} as reps
        on
            reps.is_active
            and (
                pools.email_pattern = '*'
                or lower(pools.email_pattern) = reps.email
                or (
                    pools.email_pattern like '*@%'
                    and lower({{ dbt.split_part('pools.email_pattern', "'@'", 2) }})
                    = {{ dbt.split_part('reps.email', "'@'", 2) }}
                )
            )
)

select
    matches.pool,
    matches.rep_id,
    matches.weight,
    matches.capacity,
    matches.can_hubspot,
    matches.can_salesforce,
    loads.open_load
from matches
inner join {{ ref('int_rep_loads') }} as loads on matches.rep_id = loads.rep_id
where matches.place = 1 and matches.weight > 0
