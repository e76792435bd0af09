-- Qualified are those with somebody whom marketing had qualified before they were opened: everybody in an opportunity
-- counts as an MQL afterwards. Where nobody in it has a date as an MQL, or nobody is in it, that it is not is no finding.

with members as (
    select
        links.opportunity_id,
        max(case when stages.mql_by_at < opportunities.created_at then 1 else 0 end) = 1 as is_qualified,
        max(case when stages.mql_at is not null then 1 else 0 end) = 1 as is_dated
    from {{ ref('int_accounts__opportunity_leads') }} as links
    inner join {{ ref('int_accounts__opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('int_lifecycle__lead_stages') }} as stages on links.lead_id = stages.lead_id
    group by links.opportunity_id
)

select
    opportunities.opportunity_id,
    opportunities.crm,
    opportunities.record_id,
    links.lead_id,
    owners.rep_id,
    accounts.account_id,
    opportunities.campaign_id,
    opportunities.name,
    opportunities.stage_name,
    opportunities.amount,
    opportunities.is_closed,
    opportunities.is_won,
    coalesce(members.is_qualified, false) as is_qualified,
    coalesce(members.is_qualified or members.is_dated, false) as is_qualification_known,
    opportunities.created_at,
    opportunities.close_date_at,
    opportunities.closed_at
from {{ ref('int_accounts__opportunities') }} as opportunities
left join {{ ref('int_accounts__opportunity_leads') }} as links
    on opportunities.opportunity_id = links.opportunity_id and links.place = 1
left join {{ ref('int_accounts__opportunity_companies') }} as companies
    on opportunities.opportunity_id = companies.opportunity_id
left join {{ ref('int_accounts__members') }} as accounts on companies.company_record_key = accounts.record_key
left join {{ ref('int_identity__crm_owners') }} as owners
    on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
left join members on opportunities.opportunity_id = members.opportunity_id
