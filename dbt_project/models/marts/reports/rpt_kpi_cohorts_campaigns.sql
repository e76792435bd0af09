{% set figures = [('cost_per_lead', 'lead_count'), ('cost_per_mql', 'mql_count'), ('cost_per_sql', 'sql_count')] %}

-- What leads cost, by the month in which their campaign ended; a campaign without an end has no month.

with campaigns as (
    select *, {{ month_of('ends_at') }} as month from {{ ref('rpt_campaigns') }}
),

by_figure as (
    {% for kpi_id, count in figures %}
    select
        '{{ kpi_id }}' as kpi_id,
        campaigns.month,
        campaigns.cost_amount,
        campaigns.{{ count }} as reached_count,
        coalesce({{ dbt.dateadd('day', 'kpis.maturity_days', 'campaigns.ends_at') }} <= {{ as_of() }}, false) as is_mature
    from campaigns
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = '{{ kpi_id }}'
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select
    kpi_id,
    month,
    cast(sum(coalesce(cost_amount, 0)) as double) as numerator,
    cast(sum(reached_count) as double) as denominator,
    cast(sum(reached_count) as bigint) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from by_figure
group by kpi_id, month, is_mature
