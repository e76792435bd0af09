{% set costs = {'cost_per_lead': 'lead_count', 'cost_per_mql': 'mql_count', 'cost_per_sql': 'sql_count'} %}

-- The figures of selling by the month that they are about, open months too. The months of a figure add up to the whole;
-- only where a month's value is a median it does not. Cases of which no date says enough are in rows without a month, and
-- counted there and nowhere else.

select
    kpi_id,
    cohort_month as month,
    cast(numerator_count as double) as numerator,
    cast(denominator_count as double) as denominator,
    denominator_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from {{ ref('rpt_funnel_cohorts') }}
where cut = 'all' and cohort_month is not null

union all

{{ undated('kpi_id', 'denominator_count') }}
from {{ ref('rpt_funnel_cohorts') }}
where cut = 'all' and cohort = 'undated'

union all

{{ undated("'cycle_days'", 'sum(numerator_count - timed_count)') }}
from {{ ref('rpt_funnel_cohorts') }}
where cut = 'all' and cohort != 'mature' and kpi_id = 'lead_to_won'

union all

select
    'cycle_days' as kpi_id,
    cohort_month as month,
    median_days as numerator,
    timed_count as denominator,
    timed_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from {{ ref('rpt_funnel_cohorts') }}
where cut = 'all' and cohort_month is not null and kpi_id = 'lead_to_won' and timed_count > 0

{% for kpi_id, part, whole in [
    ('missed_winners', "grade = 'Cold' and is_sql", 'is_sql'), ('false_alarms', "grade = 'Hot' and not is_sql", "grade = 'Hot'"),
] %}
union all

select
    '{{ kpi_id }}' as kpi_id,
    {{ month_of('scored_at') }} as month,
    {{ counted(part) }} as numerator,
    {{ counted(whole) }} as denominator,
    {{ counted(whole) }} as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('int_score_outcomes') }}
group by {{ month_of('scored_at') }}

union all

{{ undated("'" ~ kpi_id ~ "'", counted('is_sql is null')) }}
from {{ ref('int_score_outcomes') }}
{% endfor %}

{% for kpi_id, count in costs.items() %}
union all

select
    kpis.kpi_id,
    {{ month_of('campaigns.ends_at') }} as month,
    sum(coalesce(campaigns.cost_amount, 0)) as numerator,
    sum(campaigns.{{ count }}) as denominator,
    sum(campaigns.{{ count }}) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    coalesce({{ dbt.dateadd('day', 'kpis.maturity_days', 'campaigns.ends_at') }} <= {{ as_of() }}, false) as is_mature
from {{ ref('rpt_campaigns') }} as campaigns
inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = '{{ kpi_id }}'
group by
    kpis.kpi_id,
    {{ month_of('campaigns.ends_at') }},
    coalesce({{ dbt.dateadd('day', 'kpis.maturity_days', 'campaigns.ends_at') }} <= {{ as_of() }}, false)
{% endfor %}

union all

select
    'repeat_purchase' as kpi_id,
    cohort_month as month,
    repeat_count as numerator,
    customer_count as denominator,
    customer_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from {{ ref('rpt_retention') }}

union all

select
    'attributed_revenue' as kpi_id,
    {{ month_of('opportunities.closed_at') }} as month,
    sum(case when shares.channel != '(none)' then shares.linear_amount else 0 end) as numerator,
    sum(shares.linear_amount) as denominator,
    count(distinct shares.opportunity_id) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('fct_revenue_shares') }} as shares
inner join {{ ref('fct_opportunities') }} as opportunities on shares.opportunity_id = opportunities.opportunity_id
group by {{ month_of('opportunities.closed_at') }}

{% for kpi_id, condition, month in [
    ('qualified_pipeline', 'not is_closed', 'cast(null as date)'), ('qualified_revenue', 'is_won', month_of('closed_at')),
] %}
union all

select
    '{{ kpi_id }}' as kpi_id,
    {{ month }} as month,
    sum(case when is_qualified then coalesce(amount, 0) else 0 end) as numerator,
    sum(coalesce(amount, 0)) as denominator,
    {{ counted('is_qualification_known') }} as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('fct_opportunities') }}
where {{ condition }}
{{ "group by " ~ month if 'null' not in month }}

union all

{{ undated("'" ~ kpi_id ~ "'", 'count(*)') }}
from {{ ref('fct_opportunities') }}
where {{ condition }} and not is_qualification_known
{% endfor %}
