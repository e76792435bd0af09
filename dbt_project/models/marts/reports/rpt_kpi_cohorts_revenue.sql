{% set figures = [
    ('qualified_pipeline', 'not is_closed', 'cast(null as date)'), ('qualified_revenue', 'is_won', month_of('closed_at')),
] %}

-- The figures of sales by the month in which they were closed, of customers by that of their first; what is open has none.

select
    'repeat_purchase' as kpi_id,
    cohort_month as month,
    cast(repeat_count as double) as numerator,
    cast(customer_count as double) as denominator,
    customer_count as basis_count,
    open_count,
    cast(0 as bigint) as undated_count,
    is_mature
from {{ ref('rpt_retention') }}

union all

select
    'attributed_revenue' as kpi_id,
    {{ month_of('opportunities.closed_at') }} as month,
    cast(sum(case when shares.channel != '(none)' then shares.linear_amount else 0 end) as double) as numerator,
    cast(sum(shares.linear_amount) as double) as denominator,
    count(distinct shares.opportunity_id) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('fct_revenue_shares') }} as shares
inner join {{ ref('fct_opportunities') }} as opportunities on shares.opportunity_id = opportunities.opportunity_id
group by {{ month_of('opportunities.closed_at') }}

{% for kpi_id, condition, month in figures %}
union all

select
    '{{ kpi_id }}' as kpi_id,
    {{ month }} as month,
    cast(sum(case when is_qualified then coalesce(amount, 0) else 0 end) as double) as numerator,
    cast(sum(coalesce(amount, 0)) as double) as denominator,
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
