-- Qualified are those with somebody whom marketing had qualified before they were opened: everybody in an opportunity
-- counts as an MQL afterwards.

with qualified as (
    select distinct links.opportunity_id
    from {{ ref('int_opportunity_leads') }} as links
    inner join {{ ref('int_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('int_lead_stages') }} as stages
        on links.lead_id = stages.lead_id and stages.mql_at < opportunities.created_at
)

select
    opportunities.opportunity_id,
    opportunities.crm,
    opportunities.record_id,
    links.lead_id,
    owners.rep_id,
    opportunities.account_record_id,
    opportunities.campaign_id,
    opportunities.name,
    opportunities.stage_name,
    opportunities.amount,
    opportunities.is_closed,
    opportunities.is_won,
    qualified.opportunity_id is not null as is_qualified,
    opportunities.created_at,
    opportunities.close_date_at,
    opportunities.closed_at
from {{ ref('int_opportunities') }} as opportunities
left join {{ ref('int_opportunity_leads') }} as links
    on opportunities.opportunity_id = links.opportunity_id and links.place = 1
left join {{ ref('int_crm_owners') }} as owners
    on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
left join qualified on opportunities.opportunity_id = qualified.opportunity_id
