-- A log of who takes which leads, by the rows of the routing files: a row is added when that changes. Weights, capacities
-- and reasons do not count; they share out leads and do not say who gets any.

with lines as (
    select
        concat(
            'rule|', cast(priority as string), '|', coalesce(grade, ''), '|', feature, '|', operator, '|',
            coalesce(value, ''), '|', pool
        ) as line
    from {{ ref('routing_rules') }}
    union all
    select concat('pool|', pool, '|', email_pattern) as line
    from {{ ref('routing_pool') }}
    where weight > 0
    union all
    select concat('fallback|', cast(place as string), '|', email_pattern) as line
    from {{ ref('routing_fallback') }}
),

present as (
    select {{ dbt.hash("coalesce(" ~ dbt.listagg('line', "';'", 'order by line') ~ ", '')") }} as routing_hash
    from lines
),

latest as (
    {% if is_incremental() %}
    select routing_hash, version_number
    from (select *, row_number() over (order by version_number desc) as place from {{ this }}) as log
    where place = 1
    {% else %}
    select cast(null as string) as routing_hash, 0 as version_number from present where 1 = 0
    {% endif %}
)

select
    coalesce(latest.version_number, 0) + 1 as version_number,
    present.routing_hash,
    {{ as_of() }} as seen_at
from present
left join latest on 1 = 1
where latest.routing_hash is null or latest.routing_hash != present.routing_hash
