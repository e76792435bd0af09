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
    opportunities.created_at,
    opportunities.close_date_at,
    opportunities.closed_at
from {{ ref('int_opportunities') }} as opportunities
left join {{ ref('int_opportunity_leads') }} as links
    on opportunities.opportunity_id = links.opportunity_id and links.place = 1
left join {{ ref('int_crm_owners') }} as owners
    on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
