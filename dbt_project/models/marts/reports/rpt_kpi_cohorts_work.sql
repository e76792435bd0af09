{% set responses = [
    ('response_minutes', median('response_minutes'), 'count(response_minutes)', 'count(response_minutes)', 'true'),
    ('response_p90_minutes', quantile('response_minutes', 0.9), 'count(response_minutes)', 'count(response_minutes)', 'true'),
    ('leads_answered', 'count(first_touch_at)', 'count(*)', 'count(*)', 'is_known'),
    (
        'sla_kept', counted("sla_status = 'kept'"), counted("sla_status in ('kept', 'broken')"),
        counted("sla_status in ('kept', 'broken')"), 'true',
    ),
] %}

-- The figures of the daily work by the month that they are about; without a month where they say how things stand now.
-- The months of a figure add up to the whole; only where a month's value is a median it does not.

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

{% for kpi_id, part, whole, basis, mature in responses %}
select
    '{{ kpi_id }}' as kpi_id,
    month,
    cast({{ part }} as double) as numerator,
    cast({{ whole }} as double) as denominator,
    {{ basis }} as basis_count,
    {{ counted("first_touch_at is null" if kpi_id != 'sla_kept' else "sla_status = 'running'") }} as open_count,
    cast(0 as bigint) as undated_count,
    {{ mature }} as is_mature
from responses
group by month, {{ mature }}
union all
{{ undated("'" ~ kpi_id ~ "'", 'count(*)') }}
from unready
union all
{% endfor %}

select
    'returns_kept' as kpi_id,
    {{ month_of('returned_at') }} as month,
    {{ counted("sla_status = 'kept'") }} as numerator,
    {{ counted("sla_status in ('kept', 'broken')") }} as denominator,
    {{ counted("sla_status in ('kept', 'broken')") }} as basis_count,
    {{ counted("sla_status = 'running'") }} as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('fct_lead_returns') }}
group by {{ month_of('returned_at') }}

union all

select
    'follow_ups_done' as kpi_id,
    {{ month_of('due_at') }} as month,
    {{ counted("status = 'done'") }} as numerator,
    {{ counted("status in ('done', 'late', 'overdue')") }} as denominator,
    {{ counted("status in ('done', 'late', 'overdue')") }} as basis_count,
    {{ counted("status = 'open'") }} as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('fct_lead_follow_ups') }}
where due_at <= {{ as_of() }}
group by {{ month_of('due_at') }}

union all

select
    'routing_accuracy' as kpi_id,
    cast(cut_key || '-01' as date) as month,
    mature_kept_count as numerator,
    mature_count as denominator,
    mature_count as basis_count,
    routed_count - mature_count as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_routing') }}
where cut = 'month'

union all

select
    'load_off_balance' as kpi_id,
    cast(null as date) as month,
    sum(abs(given_share - weight_share) / 2) * sum(given_load) as numerator,
    sum(given_load) as denominator,
    sum(given_count) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_workload') }}

union all

select
    'rejected_without_touch' as kpi_id,
    {{ month_of('disqualified_at') }} as month,
    {{ counted('is_without_touch') }} as numerator,
    count(*) as denominator,
    count(*) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_disqualified') }}
where disqualified_by = 'a person'
group by {{ month_of('disqualified_at') }}

union all

select
    'data_gaps' as kpi_id,
    cast(null as date) as month,
    sum(lead_count) as numerator,
    sum(of_lead_count) as denominator,
    sum(of_lead_count) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_data_quality') }}

union all

select
    'accepted_writes' as kpi_id,
    {{ month_of(in_utc('sent_at')) }} as month,
    {{ counted("status = 'accepted'") }} as numerator,
    count(*) as denominator,
    count(*) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ source('ops', 'writes') }}
where status in ('accepted', 'rejected', 'unknown')
group by {{ month_of(in_utc('sent_at')) }}
