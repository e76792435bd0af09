-- One row with the headline figures. A rate is given as its numerator and denominator, so that a reader sees how many
-- leads it rests on; the rate of MQLs that became SQL is that of the months whose outcome is known, as in every report.
-- MQLs that may still become SQL, those that no month has because nobody dated them, and promises that still run are
-- counted beside the others.

with leads as (
    select * from {{ ref('dim_leads') }}
),

responses as (
    select
        count(response_minutes) as response_count,
        median(response_minutes) as response_median_minutes,
        median(response_working_minutes) as response_median_working_minutes,
        {{ counted("sla_status = 'kept'") }} as sla_kept_count,
        {{ counted("sla_status = 'broken'") }} as sla_broken_count,
        {{ counted("sla_status = 'running'") }} as sla_running_count
    from {{ ref('fct_lead_responses') }}
),

known as (
    select
        coalesce(sum(case when cohort = 'mature' then denominator_count end), 0) as known_mql_count,
        coalesce(sum(case when cohort = 'mature' then numerator_count end), 0) as known_mql_to_sql_count,
        coalesce(sum(case when cohort = 'undated' then denominator_count end), 0) as undated_mql_count
    from {{ ref('rpt_funnel_cohorts') }}
    where cut = 'all' and kpi_id = 'mql_to_sql'
),

totals as (
    select
        count(*) as lead_count,
        sum(case when assignments.rep_id is not null then 1 else 0 end) as routed_count,
        sum(case when leads.is_mql then 1 else 0 end) as mql_count,
        sum(case when leads.is_mql and leads.is_sql then 1 else 0 end) as mql_to_sql_count,
        sum(case when leads.is_mql and not leads.is_sql and leads.is_open then 1 else 0 end)
            as mql_open_count,
        sum(case when leads.is_sql then 1 else 0 end) as sql_count,
        sum(case when leads.is_converted then 1 else 0 end) as converted_count,
        sum(case when leads.is_won then 1 else 0 end) as won_count
    from leads
    left join {{ ref('fct_lead_assignments') }} as assignments on leads.lead_id = assignments.lead_id
)

select
    {{ as_of() }} as as_of,
    totals.lead_count,
    {% for name in [
        'routed_count', 'mql_count', 'mql_to_sql_count', 'mql_open_count', 'sql_count', 'converted_count', 'won_count',
    ] %}
    cast(coalesce(totals.{{ name }}, 0) as bigint) as {{ name }},
    {% endfor %}
    cast(known.known_mql_count as bigint) as known_mql_count,
    cast(known.known_mql_to_sql_count as bigint) as known_mql_to_sql_count,
    cast(known.undated_mql_count as bigint) as undated_mql_count,
    cast(responses.response_count as bigint) as response_count,
    cast(responses.response_median_minutes as double) as response_median_minutes,
    cast(responses.response_median_working_minutes as double) as response_median_working_minutes,
    responses.sla_kept_count,
    responses.sla_broken_count,
    responses.sla_running_count
from totals
cross join responses
cross join known
