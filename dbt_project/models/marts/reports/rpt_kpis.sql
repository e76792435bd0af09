-- The figures of the monthly report over all months whose outcome is known, each as numerator by denominator. The caveat
-- says why a figure is not to be believed as it stands: most cases of its base have no date and so are in no month, sales
-- enters only what it has won, or the cases are few. The figures of the score all rest on leads that became an SQL.

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
),

bases as (
    select kpi_id, sum(undated_count) as undated_count, sum(basis_count) as dated_count from months group by kpi_id
),

marked as (
    select
        kpis.*,
        figures.numerator as part,
        figures.denominator as whole,
        coalesce(bases.undated_count, 0) as undated_count,
        coalesce(bases.undated_count, 0) > coalesce(bases.dated_count, 0) as is_undated,
        kpis.kpi_id = 'opportunity_to_won' and figures.numerator = figures.denominator as is_only_won,
        coalesce(figures.basis_count, 0) < kpis.thin_below as is_thin
    from {{ ref('kpis') }} as kpis
    left join figures on kpis.kpi_id = figures.kpi_id
    left join bases
        on bases.kpi_id = case
            when kpis.kpi_id in ('false_alarms', 'score_differentiation') then 'missed_winners' else kpis.kpi_id
        end
),

valued as (
    select
        *,
        case
            when unit in ('days', 'minutes') then cast(part as double)
            else cast(part as double) / nullif(whole, 0)
        end as value,
        case
            when is_undated then 'undated'
            when is_only_won then 'only_won'
            when is_thin then 'thin'
        end as caveat
    from marked
)

select
    valued.kpi_id,
    valued.label,
    valued.unit,
    valued.numerator as numerator_meaning,
    valued.denominator as denominator_meaning,
    cast(coalesce(valued.part, 0) as double) as numerator,
    cast(coalesce(valued.whole, 0) as double) as denominator,
    valued.value,
    cast(valued.undated_count as bigint) as undated_count,
    valued.caveat,
    valued.is_thin,
    targets.bound as target_bound,
    targets.target_value,
    {{ is_on_target('valued.value', 'valued.caveat is null') }} as is_on_target,
    valued.maturity_days,
    valued.model
from valued
left join {{ ref('rpt_targets') }} as targets
    on valued.kpi_id = targets.kpi_id and {{ target_in_force('targets', as_of()) }}
