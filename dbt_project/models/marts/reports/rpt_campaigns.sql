-- What campaigns cost and brought. A lead counts for the campaign it was first in. What costs.csv says of a campaign takes
-- the place of the cost that its CRM has; wages and tools are in neither.

with leads as (
    select members.campaign_key, leads.*
    from {{ ref('int_lifecycle__campaign_members') }} as members
    inner join {{ ref('dim_leads') }} as leads on members.lead_id = leads.lead_id
    where members.place = 1
),

by_campaign as (
    select
        campaign_key,
        count(*) as lead_count,
        {{ counted('is_mql') }} as mql_count,
        {{ counted('is_sql') }} as sql_count,
        {{ counted('is_mql and not is_sql and is_open') }} as mql_open_count,
        {{ counted('is_won') }} as won_count
    from leads
    group by campaign_key
),

stated as (
    select campaign_key, sum(cost_amount) as cost_amount
    from {{ ref('rpt_costs') }}
    where campaign_key is not null and has_begun
    group by campaign_key
),

campaigns as (
    select
        campaigns.campaign_key,
        campaigns.campaign_id,
        campaigns.name,
        campaigns.campaign_type,
        campaigns.budgeted_amount,
        cast(coalesce(stated.cost_amount, campaigns.cost_amount) as decimal(18, 2)) as cost_amount,
        campaigns.ends_at
    from {{ ref('unified_campaigns') }} as campaigns
    left join stated on campaigns.campaign_key = stated.campaign_key
)

select
    campaigns.campaign_id,
    campaigns.name,
    campaigns.campaign_type,
    campaigns.budgeted_amount,
    campaigns.cost_amount,
    coalesce(by_campaign.lead_count, 0) as lead_count,
    coalesce(by_campaign.mql_count, 0) as mql_count,
    coalesce(by_campaign.mql_open_count, 0) as mql_open_count,
    coalesce(by_campaign.sql_count, 0) as sql_count,
    coalesce(by_campaign.won_count, 0) as won_count,
    cast(campaigns.cost_amount as double) / nullif(by_campaign.lead_count, 0) as cost_per_lead_amount,
    cast(campaigns.cost_amount as double) / nullif(by_campaign.mql_count, 0) as cost_per_mql_amount,
    cast(campaigns.cost_amount as double) / nullif(by_campaign.sql_count, 0) as cost_per_sql_amount,
    campaigns.ends_at,
    coalesce({{ dbt.dateadd('day', 'kpis.maturity_days', 'campaigns.ends_at') }} <= {{ as_of() }}, false) as is_mature,
    coalesce(by_campaign.sql_count, 0) < kpis.thin_below as is_thin
from campaigns
inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'cost_per_sql'
left join by_campaign on campaigns.campaign_key = by_campaign.campaign_key
