-- Each figure over all months whose outcome is known, as numerator by denominator. The figures of the score all rest on
-- leads that became an SQL.

with months as (
    select * from {{ ref('rpt_kpi_cohorts') }}
),

ends_of_scale as (
    select
        scale.stands_for,
        sum(bands.scored_count) as scored_count,
        cast(sum(bands.sql_count) as double) / nullif(sum(bands.scored_count), 0) as sql_rate
    from {{ ref('rpt_score_bands') }} as bands
    inner join {{ ref('grade_scale') }} as scale on bands.cut = 'grade' and bands.cut_value = scale.grade
    group by scale.stands_for
),

bands as (
    select
        max(case when stands_for = 'best' then sql_rate end) as best_rate,
        max(case when stands_for = 'worst' then sql_rate end) as worst_rate,
        least(
            coalesce(max(case when stands_for = 'best' then scored_count end), 0),
            coalesce(max(case when stands_for = 'worst' then scored_count end), 0)
        ) as scored_count
    from ends_of_scale
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
        timed_count as denominator,
        timed_count as basis_count
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
        best_rate as numerator,
        worst_rate as denominator,
        scored_count as basis_count
    from bands
)

select
    kpi_id,
    cast(numerator as double) as numerator,
    cast(denominator as double) as denominator,
    cast(basis_count as bigint) as basis_count
from figures
