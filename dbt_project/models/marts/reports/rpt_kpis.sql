-- The figures of the monthly report over all months whose outcome is known, each as numerator by denominator. A figure
-- that rests on few cases is marked thin: read the counts.

with months as (
    select * from {{ ref('int_kpis_sold') }}
    union all
    select * from {{ ref('int_kpis_worked') }}
),

bands as (
    select
        max(case when cut_value = 'Hot' then sql_rate end) as hot_rate,
        max(case when cut_value = 'Cold' then sql_rate end) as cold_rate,
        min(scored_count) as scored_count
    from {{ ref('rpt_score_bands') }}
    where cut = 'grade' and cut_value in ('Hot', 'Cold')
),

figures as (
    select
        months.kpi_id,
        sum(months.numerator) as numerator,
        sum(months.denominator) as denominator,
        sum(months.basis_count) as basis_count
    from months
    inner join {{ ref('kpis') }} as kpis on months.kpi_id = kpis.kpi_id
    where months.is_mature and kpis.unit not in ('days', 'minutes')
    group by months.kpi_id

    union all

    -- medians do not add up: they are those of all months together
    select
        'cycle_days' as kpi_id,
        median_days as numerator,
        numerator_count as denominator,
        numerator_count as basis_count
    from {{ ref('rpt_funnel_cohorts') }}
    where cut = 'all' and cohort = 'mature' and kpi_id = 'lead_to_won'

    {% for kpi_id, minutes in [('response_minutes', 'median_minutes'), ('response_p90_minutes', 'p90_minutes')] %}
    union all

    select
        '{{ kpi_id }}' as kpi_id,
        {{ minutes }} as numerator,
        response_count as denominator,
        response_count as basis_count
    from {{ ref('rpt_responses') }}
    where cut = 'all'
    {% endfor %}

    union all

    select
        'score_differentiation' as kpi_id,
        hot_rate as numerator,
        cold_rate as denominator,
        scored_count as basis_count
    from bands
)

select
    kpis.kpi_id,
    kpis.label,
    kpis.unit,
    kpis.numerator as numerator_meaning,
    kpis.denominator as denominator_meaning,
    cast(coalesce(figures.numerator, 0) as double) as numerator,
    cast(coalesce(figures.denominator, 0) as double) as denominator,
    case
        when kpis.unit in ('days', 'minutes') then cast(figures.numerator as double)
        else cast(figures.numerator as double) / nullif(figures.denominator, 0)
    end as value,
    coalesce(figures.basis_count, 0) < kpis.thin_below as is_thin,
    kpis.maturity_days,
    kpis.model
from {{ ref('kpis') }} as kpis
left join figures on kpis.kpi_id = figures.kpi_id
