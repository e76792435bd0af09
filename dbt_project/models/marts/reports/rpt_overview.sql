-- One row with the headline figures. A rate is given as its numerator and denominator, so that a reader sees how many
-- leads it rests on; MQLs that may still become SQL are counted beside those that did.

with leads as (
    select * from {{ ref('dim_leads') }}
),

scores as (
    select * from {{ ref('fct_lead_scores') }}
),

sla as (
    select min(sla_minutes) as sla_minutes from {{ ref('grades') }}
),

responses as (
    select
        count(responses.response_minutes) as response_count,
        {{ median('responses.response_minutes') }} as response_median_minutes,
        {{ median('responses.response_working_minutes') }} as response_median_working_minutes,
        count(*) as response_due_count,
        sum(case when responses.response_working_minutes <= sla.sla_minutes then 1 else 0 end) as response_in_sla_count
    from {{ ref('fct_lead_responses') }} as responses
    cross join sla
),

totals as (
    select
        count(*) as lead_count,
        {% for grade in ['Hot', 'Warm', 'Cold'] %}
        sum(case when scores.grade = '{{ grade }}' then 1 else 0 end) as {{ grade | lower }}_count,
        {% endfor %}
        sum(case when leads.is_mql then 1 else 0 end) as mql_count,
        sum(case when leads.is_mql and leads.is_sql then 1 else 0 end) as mql_to_sql_count,
        sum(case when leads.is_mql and not leads.is_sql and leads.lifecycle_stage = 'mql' then 1 else 0 end)
            as mql_open_count,
        sum(case when leads.is_sql then 1 else 0 end) as sql_count,
        sum(case when leads.is_converted then 1 else 0 end) as converted_count,
        sum(case when leads.is_won then 1 else 0 end) as won_count
    from leads
    inner join scores on leads.lead_id = scores.lead_id
)

select
    {{ as_of() }} as as_of,
    totals.lead_count,
    {% for name in [
        'hot_count', 'warm_count', 'cold_count', 'mql_count', 'mql_to_sql_count', 'mql_open_count', 'sql_count',
        'converted_count', 'won_count',
    ] %}
    cast(coalesce(totals.{{ name }}, 0) as bigint) as {{ name }},
    {% endfor %}
    cast(responses.response_count as bigint) as response_count,
    cast(responses.response_median_minutes as double) as response_median_minutes,
    cast(responses.response_median_working_minutes as double) as response_median_working_minutes,
    cast(coalesce(responses.response_due_count, 0) as bigint) as response_due_count,
    cast(coalesce(responses.response_in_sla_count, 0) as bigint) as response_in_sla_count,
    cast(sla.sla_minutes as bigint) as sla_minutes
from totals
cross join responses
cross join sla
