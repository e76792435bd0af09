{% set steps = ['lead_to_mql', 'mql_to_sql', 'lead_to_won'] %}

-- Leads by where they came from. Leads whose CRM says nothing stand under '(none)', apart from those it calls unknown.
-- Counts are of all leads so far; rates are of the months whose outcome is known (rpt_funnel_cohorts), with the count
-- they rest on and the count of those that no month has, because nobody dated them. A lead costs what its first campaign
-- cost for each of its leads; a source costs that and what costs.csv says of it, whether or not a lead came of it.

with leads as (
    select
        coalesce(leads.lead_source, '(none)') as source,
        leads.*,
        {{ month_of('leads.created_at') }} as month,
        scale.stands_for
    from {{ ref('dim_leads') }} as leads
    inner join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
    inner join {{ ref('grade_scale') }} as scale on scores.grade = scale.grade
),

costs as (
    select members.lead_id, campaigns.cost_per_lead_amount
    from {{ ref('int_lifecycle__campaign_members') }} as members
    inner join {{ ref('rpt_campaigns') }} as campaigns on members.campaign_id = campaigns.campaign_id
    where members.place = 1
),

stated as (
    select lead_source, month, cost_amount from {{ ref('rpt_source_costs') }}
),

stated_by_source as (
    select lead_source, sum(cost_amount) as cost_amount from stated group by lead_source
),

costed as (
    select
        leads.*,
        costs.cost_per_lead_amount,
        costs.cost_per_lead_amount is not null or stated.month is not null as has_cost
    from leads
    left join costs on leads.lead_id = costs.lead_id
    left join stated on leads.source = stated.lead_source and leads.month = stated.month
),

by_source as (
    select
        source,
        count(*) as lead_count,
        {{ counted("stands_for = 'best'") }} as best_count,
        {{ counted('is_mql') }} as mql_count,
        {{ counted('is_sql') }} as sql_count,
        {{ counted('is_won') }} as won_count,
        {{ counted('has_cost') }} as costed_count,
        {{ counted('has_cost and is_mql') }} as costed_mql_count,
        {{ counted('has_cost and is_sql') }} as costed_sql_count,
        sum(cost_per_lead_amount) as campaign_cost_amount
    from costed
    group by source
),

priced as (
    select
        by_source.*,
        case
            when by_source.campaign_cost_amount is not null or stated.cost_amount is not null
                then coalesce(by_source.campaign_cost_amount, 0) + coalesce(cast(stated.cost_amount as double), 0)
        end as cost_amount
    from by_source
    left join stated_by_source as stated on by_source.source = stated.lead_source
),

bases as (
    select
        cut_value as source,
        kpi_id,
        max(case when cohort = 'mature' then denominator_count else 0 end) as basis_count,
        max(case when cohort = 'undated' then denominator_count else 0 end) as undated_count,
        sum(case when cohort not in ('mature', 'undated') then denominator_count else 0 end) as dated_count,
        max(case when cohort = 'mature' and not is_thin then rate end) as rate
    from {{ ref('rpt_funnel_cohorts') }}
    where cut = 'source'
    group by cut_value, kpi_id
),

rates as (
    select
        source,
        {% for step in steps %}
        max(case when kpi_id = '{{ step }}' then basis_count else 0 end) as {{ step }}_basis_count,
        max(case when kpi_id = '{{ step }}' then undated_count else 0 end) as {{ step }}_undated_count,
        max(case when kpi_id = '{{ step }}' and undated_count <= dated_count then rate end) as {{ step }}_rate,
        {% endfor %}
        count(*) as step_count
    from bases
    group by source
)

select
    priced.source as lead_source,
    priced.lead_count,
    priced.best_count,
    priced.mql_count,
    priced.sql_count,
    priced.won_count,
    {% for step in steps %}
    coalesce(rates.{{ step }}_basis_count, 0) as {{ step }}_basis_count,
    coalesce(rates.{{ step }}_undated_count, 0) as {{ step }}_undated_count,
    rates.{{ step }}_rate,
    {% endfor %}
    priced.costed_count,
    cast(priced.cost_amount as decimal(18, 2)) as cost_amount,
    priced.cost_amount / nullif(priced.costed_count, 0) as cost_per_lead_amount,
    priced.cost_amount / nullif(priced.costed_mql_count, 0) as cost_per_mql_amount,
    priced.cost_amount / nullif(priced.costed_sql_count, 0) as cost_per_sql_amount
from priced
left join rates on priced.source = rates.source
