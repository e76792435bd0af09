-- Targets with the days on which they hold, as numbers of their figure's unit.

with targets as (
    select
        targets.kpi_id,
        targets.bound,
        coalesce(targets.valid_from, cast('1900-01-01' as date)) as valid_from,
        cast(replace(targets.target, '%', '') as double) / case when kpis.unit = 'share' then 100 else 1 end as target_value,
        targets.reason
    from {{ ref('targets') }} as targets
    inner join {{ ref('kpis') }} as kpis on targets.kpi_id = kpis.kpi_id
)

select
    kpi_id,
    valid_from,
    lead(valid_from) over (partition by kpi_id order by valid_from) as replaced_on,
    bound,
    target_value,
    reason
from targets
