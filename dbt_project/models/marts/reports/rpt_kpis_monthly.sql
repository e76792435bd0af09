-- The monthly report: each figure month by month, with its counts. A month whose outcome is not known yet is marked and
-- not averaged in anywhere; figures that say how things stand now have no month and are left out. A month is held to the
-- target of its first day.

with months as (
    select * from {{ ref('rpt_kpi_cohorts') }}
),

summed as (
    select
        months.kpi_id,
        months.month,
        sum(months.numerator) as numerator,
        sum(months.denominator) as denominator,
        sum(months.basis_count) as basis_count,
        sum(months.open_count) as open_count,
        {{ counted('months.is_mature') }} = count(*) as is_mature
    from months
    where months.month is not null
    group by months.kpi_id, months.month
),

valued as (
    select
        kpis.kpi_id,
        kpis.label,
        kpis.unit,
        summed.month,
        cast(summed.numerator as double) as numerator,
        cast(summed.denominator as double) as denominator,
        case
            when kpis.unit in ('days', 'minutes') then cast(summed.numerator as double)
            else cast(summed.numerator as double) / nullif(summed.denominator, 0)
        end as value,
        cast(summed.open_count as bigint) as open_count,
        summed.is_mature,
        summed.basis_count < kpis.thin_below as is_thin
    from summed
    inner join {{ ref('kpis') }} as kpis on summed.kpi_id = kpis.kpi_id
)

select
    valued.*,
    targets.bound as target_bound,
    targets.target_value,
    {{ is_on_target('valued.value', 'valued.is_mature and not valued.is_thin') }} as is_on_target
from valued
left join {{ ref('rpt_targets') }} as targets
    on valued.kpi_id = targets.kpi_id and {{ target_in_force('targets', 'valued.month') }}
