{% set shares = [
    ('returns_kept', ref('fct_lead_returns'), 'returned_at', "sla_status = 'kept'", "sla_status in ('kept', 'broken')",
        "sla_status = 'running'", 'true'),
    ('follow_ups_done', ref('fct_lead_follow_ups'), 'due_at', "status = 'done'", "status in ('done', 'late', 'overdue')",
        "status = 'open'", 'due_at <= ' ~ as_of()),
    ('rejected_without_touch', ref('rpt_disqualified'), 'disqualified_at', 'is_without_touch', 'true', 'false',
        "disqualified_by = 'a person'"),
    ('accepted_writes', source('ops', 'writes'), in_utc('sent_at'), "status = 'accepted'", 'true', 'false',
        "status in ('accepted', 'rejected', 'unknown')"),
] %}

-- The figures of the daily work by the month that they are about; without a month where they say how things stand now.

{% for kpi_id, relation, moment, part, whole, open, condition in shares %}
select
    '{{ kpi_id }}' as kpi_id,
    {{ month_of(moment) }} as month,
    cast({{ counted(part) }} as double) as numerator,
    cast({{ counted(whole) }} as double) as denominator,
    {{ counted(whole) }} as basis_count,
    {{ counted(open) }} as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ relation }}
where {{ condition }}
group by {{ month_of(moment) }}

union all

{% endfor %}
select
    'routing_accuracy' as kpi_id,
    cast(cut_key || '-01' as date) as month,
    cast(mature_kept_count as double) as numerator,
    cast(mature_count as double) as denominator,
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
    cast(sum(given_count) as bigint) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_workload') }}

union all

select
    'data_gaps' as kpi_id,
    cast(null as date) as month,
    cast(sum(lead_count) as double) as numerator,
    cast(sum(of_lead_count) as double) as denominator,
    cast(sum(of_lead_count) as bigint) as basis_count,
    cast(0 as bigint) as open_count,
    cast(0 as bigint) as undated_count,
    true as is_mature
from {{ ref('rpt_data_quality') }}
