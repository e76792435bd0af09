-- When a person joined: Salesforce dates the contact role; HubSpot dates no link, but says when the contact's own
-- stage became opportunity. HubSpot names no main contact: people of the deal's company go before those of an agency or a
-- partner who is linked besides. Nobody joins before the opportunity or the person's own record was there.

with identities as (
    select * from {{ ref('int_identities') }}
),

links as (
    select
        concat('hubspot:', associations.from_id) as opportunity_id,
        {{ record_key('hubspot', 'contacts', 'associations.to_id') }} as record_key,
        case when contacts.company_id = deal_companies.company_id then 1 else 0 end as is_primary,
        contacts.opportunity_at as joined_at
    from {{ ref('stg_hubspot__associations') }} as associations
    left join {{ ref('stg_hubspot__contacts') }} as contacts on associations.to_id = contacts.contact_id
    left join {{ ref('int_deal_companies') }} as deal_companies on associations.from_id = deal_companies.deal_id
    where associations.from_object = 'deals' and associations.to_object = 'contacts'

    union all

    select
        concat('salesforce:', opportunity_id) as opportunity_id,
        {{ record_key('salesforce', 'contacts', 'contact_id') }} as record_key,
        case when is_primary then 1 else 0 end as is_primary,
        created_at as joined_at
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted

    union all

    select
        concat('salesforce:', converted_opportunity_id) as opportunity_id,
        {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key,
        1 as is_primary,
        cast(null as timestamp) as joined_at
    from {{ ref('stg_salesforce__leads') }}
    where converted_opportunity_id is not null and not is_deleted
),

pairs as (
    select
        links.opportunity_id,
        identities.lead_id,
        max(links.is_primary) as is_primary,
        min(identities.created_at) as lead_created_at,
        min(links.joined_at) as joined_at,
        min(opportunities.created_at) as opened_at
    from links
    inner join identities on links.record_key = identities.record_key
    inner join {{ ref('int_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by links.opportunity_id, identities.lead_id
)

select
    opportunity_id,
    lead_id,
    greatest(opened_at, lead_created_at, coalesce(joined_at, opened_at)) as joined_at,
    row_number() over (partition by opportunity_id order by is_primary desc, lead_created_at, lead_id) as place
from pairs
