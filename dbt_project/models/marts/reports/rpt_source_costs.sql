-- What a source cost in a month by costs.csv, and the leads that came from it in that month.

with costs as (
    select * from {{ ref('rpt_costs') }} where lead_source is not null and has_begun
),

leads as (
    select
        coalesce(leads.lead_source, '(none)') as lead_source,
        {{ month_of('leads.created_at') }} as month,
        leads.is_mql,
        leads.is_sql,
        members.lead_id is null as has_no_campaign
    from {{ ref('dim_leads') }} as leads
    left join {{ ref('int_lifecycle__campaign_members') }} as members
        on leads.lead_id = members.lead_id and members.place = 1
)

select
    costs.lead_source,
    costs.month,
    costs.cost_amount,
    costs.currency,
    count(leads.lead_source) as lead_count,
    {{ counted('leads.is_mql') }} as mql_count,
    {{ counted('leads.is_sql') }} as sql_count,
    {{ counted('leads.has_no_campaign') }} as other_lead_count,
    {{ counted('leads.has_no_campaign and leads.is_mql') }} as other_mql_count,
    {{ counted('leads.has_no_campaign and leads.is_sql') }} as other_sql_count,
    cast(costs.cost_amount as double) / nullif(count(leads.lead_source), 0) as cost_per_lead_amount
from costs
left join leads on costs.lead_source = leads.lead_source and costs.month = leads.month
group by costs.lead_source, costs.month, costs.cost_amount, costs.currency
