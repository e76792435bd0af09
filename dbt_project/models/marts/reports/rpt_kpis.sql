-- The figures of the monthly report, each as numerator by denominator. Shares of steps are those of all mature months
-- together. A rate on few cases is marked thin: read the counts.

with figures as (
    select
        kpi_id,
        cast(numerator_count as double) as numerator,
        cast(denominator_count as double) as denominator
    from {{ ref('rpt_funnel_cohorts') }}
    where cut = 'all' and cohort = 'mature'

    union all

    select
        'missed_winners' as kpi_id,
        {{ counted("grade = 'Cold' and is_sql") }} as numerator,
        {{ counted('is_sql') }} as denominator
    from {{ ref('int_score_outcomes') }}

    union all

    select
        'false_alarms' as kpi_id,
        {{ counted("grade = 'Hot' and not is_sql") }} as numerator,
        {{ counted("grade = 'Hot'") }} as denominator
    from {{ ref('int_score_outcomes') }}

    union all

    select
        'cost_per_lead' as kpi_id,
        coalesce(sum(cost_amount), 0) as numerator,
        coalesce(sum(lead_count), 0) as denominator
    from {{ ref('rpt_campaigns') }}

    union all

    select
        'cost_per_sql' as kpi_id,
        coalesce(sum(cost_amount), 0) as numerator,
        coalesce(sum(sql_count), 0) as denominator
    from {{ ref('rpt_campaigns') }}
    where is_mature

    union all

    select
        'repeat_purchase' as kpi_id,
        coalesce(sum(repeat_count), 0) as numerator,
        coalesce(sum(customer_count), 0) as denominator
    from {{ ref('rpt_retention') }}
    where is_mature

    union all

    select
        'attributed_revenue' as kpi_id,
        coalesce(sum(case when channel != '(none)' then linear_amount else 0 end), 0) as numerator,
        coalesce(sum(linear_amount), 0) as denominator
    from {{ ref('fct_revenue_shares') }}

    union all

    select
        'rejected_without_touch' as kpi_id,
        {{ counted('is_without_touch') }} as numerator,
        {{ counted("disqualified_by = 'a person'") }} as denominator
    from {{ ref('rpt_disqualified') }}

    union all

    select
        'accepted_writes' as kpi_id,
        coalesce(sum(case when status = 'accepted' then record_count else 0 end), 0) as numerator,
        coalesce(sum(case when status in ('accepted', 'rejected', 'unknown') then record_count else 0 end), 0)
            as denominator
    from {{ ref('rpt_sync_health') }}
)

select
    kpis.kpi_id,
    kpis.label,
    kpis.numerator as numerator_meaning,
    kpis.denominator as denominator_meaning,
    coalesce(figures.numerator, 0) as numerator,
    coalesce(figures.denominator, 0) as denominator,
    figures.numerator / nullif(figures.denominator, 0) as value,
    coalesce(figures.denominator, 0) < kpis.thin_below as is_thin,
    kpis.maturity_days,
    kpis.model
from {{ ref('kpis') }} as kpis
left join figures on kpis.kpi_id = figures.kpi_id
