-- The figures of the monthly report over all months whose outcome is known. The caveat says why a figure is not to be
-- believed as it stands: most cases of its base have no date and so are in no month, sales enters only what it has won, or
-- the cases are few. Only what can be believed is held to its target.

with bases as (
    select
        kpi_id,
        sum(undated_count) as undated_count,
        sum(basis_count) as dated_count
    from {{ ref('rpt_kpi_cohorts') }}
    group by kpi_id
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
    left join {{ ref('rpt_kpi_totals') }} as figures on kpis.kpi_id = figures.kpi_id
    left join bases
        on bases.kpi_id = case
            when kpis.kpi_id in ('false_alarms', 'score_differentiation') then 'missed_winners' else kpis.kpi_id
        end
),

valued as (
    select
        *,
        case
            when unit in ('days', 'minutes') then part
            else part / nullif(whole, 0)
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
    coalesce(valued.part, 0) as numerator,
    coalesce(valued.whole, 0) as denominator,
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
