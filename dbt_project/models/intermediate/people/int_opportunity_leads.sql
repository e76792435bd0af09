with identities as (
    select * from {{ ref('int_identities') }}
),

links as (
    select
        concat('hubspot:', from_id) as opportunity_id,
        {{ record_key('hubspot', 'contacts', 'to_id') }} as record_key,
        0 as is_primary
    from {{ ref('stg_hubspot__associations') }}
    where from_object = 'deals' and to_object = 'contacts'

    union all

    select
        concat('salesforce:', opportunity_id) as opportunity_id,
        {{ record_key('salesforce', 'contacts', 'contact_id') }} as record_key,
        case when is_primary then 1 else 0 end as is_primary
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted

    union all

    select
        concat('salesforce:', converted_opportunity_id) as opportunity_id,
        {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key,
        1 as is_primary
    from {{ ref('stg_salesforce__leads') }}
    where converted_opportunity_id is not null and not is_deleted
),

pairs as (
    select
        links.opportunity_id,
        identities.lead_id,
        max(links.is_primary) as is_primary,
        min(identities.created_at) as lead_created_at
    from links
    inner join identities on links.record_key = identities.record_key
    inner join {{ ref('int_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by links.opportunity_id, identities.lead_id
)

select
    opportunity_id,
    lead_id,
    row_number() over (partition by opportunity_id order by is_primary desc, lead_created_at, lead_id) as place
from pairs
