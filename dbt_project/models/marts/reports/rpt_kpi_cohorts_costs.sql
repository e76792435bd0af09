{% set figures = ['lead', 'mql', 'sql'] %}

-- What leads cost: by the month in which their campaign ended, and by the month for which costs.csv says what a source
-- cost; a campaign without an end has no month. A lead of a source and of a campaign counts for the campaign.

with spent as (
    select
        {{ month_of('ends_at') }} as month,
        ends_at,
        cost_amount,
        lead_count,
        mql_count,
        sql_count
    from {{ ref('rpt_campaigns') }}

    union all

    select
        month,
        {{ dbt.dateadd('month', 1, 'cast(month as timestamp)') }} as ends_at,
        cost_amount,
        other_lead_count as lead_count,
        other_mql_count as mql_count,
        other_sql_count as sql_count
    from {{ ref('rpt_source_costs') }}
),

by_figure as (
    {% for figure in figures %}
    select
        'cost_per_{{ figure }}' as kpi_id,
        spent.month,
        spent.cost_amount,
        spent.{{ figure }}_count as reached_count,
        coalesce({{ dbt.dateadd('day', 'kpis.maturity_days', 'spent.ends_at') }} <= {{ as_of() }}, false) as is_mature
    from spent
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'cost_per_{{ figure }}'
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
