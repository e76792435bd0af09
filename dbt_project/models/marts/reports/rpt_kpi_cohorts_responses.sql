{% set figures = [
    ('response_minutes', 'median(response_minutes)', 'count(response_minutes)', "first_touch_at is null", 'true'),
    ('response_p90_minutes', quantile('response_minutes', 0.9), 'count(response_minutes)', "first_touch_at is null", 'true'),
    ('leads_answered', 'count(first_touch_at)', 'count(*)', "first_touch_at is null", 'is_known'),
    ('sla_kept', counted("sla_status = 'kept'"), counted("sla_status in ('kept', 'broken')"), "sla_status = 'running'", 'true'),
] %}

-- The figures of first answers by the month in which leads became ready for sales.

with responses as (
    select
        responses.*,
        {{ month_of('responses.ready_at') }} as month,
        {{ dbt.dateadd('day', 'kpis.maturity_days', 'responses.ready_at') }} <= {{ as_of() }} as is_known
    from {{ ref('fct_lead_responses') }} as responses
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'leads_answered'
    where responses.ready_at <= {{ as_of() }}
),

-- Sales should have answered them, and nobody knows since when.
unready as (
    select leads.lead_id
    from {{ ref('dim_leads') }} as leads
    left join responses on leads.lead_id = responses.lead_id
    where leads.is_mql and responses.lead_id is null
)

{% for kpi_id, part, whole, open, mature in figures %}
select
    '{{ kpi_id }}' as kpi_id,
    month,
    cast({{ part }} as double) as numerator,
    cast({{ whole }} as double) as denominator,
    {{ whole }} as basis_count,
    {{ counted(open) }} as open_count,
    cast(0 as bigint) as undated_count,
    {{ mature }} as is_mature
from responses
group by month, {{ mature }}

union all

{{ undated("'" ~ kpi_id ~ "'", 'count(*)') }}
from unready
{{ "union all" if not loop.last }}
{% endfor %}
