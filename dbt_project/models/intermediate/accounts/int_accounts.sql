{% set columns = [
    'name', 'name_key', 'domain', 'country', 'region', 'city', 'industry', 'employee_count', 'revenue_amount',
] %}

-- Survivorship as for people: the Salesforce account speaks first, then the HubSpot company, then what leads say.

with members as (
    select * from {{ ref('int_account_members') }} where not is_deleted
),

speakers as (
    select * from members where place = 1
),

opportunities as (
    select * from {{ ref('int_opportunities') }}
),

-- The company that a deal is about: the one it is linked to, else that of its first lead. A company that was merged away
-- since stands for the one that it became.
deals as (
    select
        opportunities.*,
        coalesce(
            {{ record_key('salesforce', 'Account', 'opportunities.account_record_id') }},
            {{ record_key('hubspot', 'companies', 'deal_companies.company_id') }},
            {{ record_key('salesforce', 'Account', 'people.salesforce_account_id') }},
            {{ record_key('hubspot', 'companies', 'people.hubspot_company_id') }},
            {{ record_key('leads', 'domains', 'people.email_domain') }}
        ) as company_key
    from opportunities
    left join {{ ref('int_deal_companies') }} as deal_companies
        on opportunities.crm = 'hubspot' and opportunities.record_id = deal_companies.deal_id
    left join {{ ref('int_opportunity_leads') }} as links
        on opportunities.opportunity_id = links.opportunity_id and links.place = 1
    left join {{ ref('int_people') }} as people on links.lead_id = people.lead_id
),

sales as (
    select
        members.account_id,
        count(case when deals.is_won then 1 end) as won_count,
        sum(case when deals.is_won then deals.amount else 0 end) as won_amount,
        min(case when deals.is_won then deals.closed_at end) as customer_since_at,
        count(case when not deals.is_closed then 1 end) as open_count
    from deals
    inner join {{ ref('int_account_members') }} as members on deals.company_key = members.record_key
    group by members.account_id
),

company_kinds as (
    {{ kinds_of_domains('speakers') }}
),

accounts as (
    select
        account_id,
        min(created_at) as created_at,
        count(case when crm != 'leads' then 1 end) as record_count
    from members
    group by account_id
)

select
    accounts.account_id,
    {% for column in columns %}
    coalesce(salesforce.{{ column }}, hubspot.{{ column }}, leads.{{ column }}) as {{ column }},
    {% endfor %}
    salesforce.record_id as salesforce_account_id,
    hubspot.record_id as hubspot_company_id,
    coalesce(salesforce_owners.rep_id, hubspot_owners.rep_id) as owner_rep_id,
    company_kinds.kind as company_kind,
    accounts.record_count,
    accounts.created_at,
    coalesce(sales.won_count, 0) > 0 as is_customer,
    sales.customer_since_at,
    coalesce(sales.won_count, 0) as won_count,
    cast(coalesce(sales.won_amount, 0) as decimal(18, 2)) as won_amount,
    coalesce(sales.open_count, 0) as open_opportunity_count
from accounts
left join speakers as salesforce on accounts.account_id = salesforce.account_id and salesforce.crm = 'salesforce'
left join speakers as hubspot on accounts.account_id = hubspot.account_id and hubspot.crm = 'hubspot'
left join speakers as leads on accounts.account_id = leads.account_id and leads.crm = 'leads'
left join {{ ref('int_crm_owners') }} as salesforce_owners
    on salesforce_owners.crm = 'salesforce' and salesforce.owner_id = salesforce_owners.owner_id
left join {{ ref('int_crm_owners') }} as hubspot_owners
    on hubspot_owners.crm = 'hubspot' and hubspot.owner_id = hubspot_owners.owner_id
left join company_kinds on coalesce(salesforce.domain, hubspot.domain, leads.domain) = company_kinds.domain
left join sales on accounts.account_id = sales.account_id
