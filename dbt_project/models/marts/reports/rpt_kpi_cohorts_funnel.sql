-- The figures of the funnel by the month in which leads entered a step. Cases that no date places are in rows without one.

with cohorts as (
    select * from {{ ref('rpt_funnel_cohorts') }} where cut = 'all'
)

select
    kpi_id,
    cohort_month as month,
    cast(numerator_count as double) as numerator,
    cast(denominator_count as double) as denominator,
    denominator_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from cohorts
where cohort_month is not null

union all

{{ undated('kpi_id', 'denominator_count') }}
from cohorts
where cohort = 'undated'

union all

{{ undated("'cycle_days'", 'sum(numerator_count - timed_count)') }}
from cohorts
where cohort != 'mature' and kpi_id = 'lead_to_won'

union all

select
    'cycle_days' as kpi_id,
    cohort_month as month,
    median_days as numerator,
    cast(timed_count as double) as denominator,
    timed_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from cohorts
where cohort_month is not null and kpi_id = 'lead_to_won' and timed_count > 0
