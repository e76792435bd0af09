-- Every live CRM record of a lead with its values under one set of names. Place 1 is the record that speaks for
-- the lead among those of its kind: unconverted first, then the oldest.

with identities as (
    select * from {{ ref('int_identities') }} where not is_deleted
),

hubspot_companies as (
    select * from {{ ref('stg_hubspot__companies') }} where not is_deleted
),

accounts as (
    select * from {{ ref('stg_salesforce__accounts') }} where not is_deleted
),

hubspot_contacts as (
    select
        {{ record_key('hubspot', 'contacts', 'contacts.contact_id') }} as record_key,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        contacts.job_title,
        contacts.phone,
        coalesce(companies.name, contacts.company_name) as company_name,
        coalesce(contacts.website, companies.domain) as website,
        coalesce(contacts.country, companies.country) as country,
        coalesce(contacts.city, companies.city) as city,
        coalesce(contacts.industry, companies.industry) as industry,
        coalesce(
            companies.employee_count,
            {{ range_middle('contacts.employee_range') }}
        ) as employee_count,
        contacts.traffic_source as source,
        contacts.traffic_source_detail as source_detail,
        contacts.landing_page,
        contacts.lifecycle_stage as stage_value,
        contacts.lead_status as status_value,
        contacts.owner_id,
        contacts.company_id as company_record_id,
        contacts.is_opted_out,
        contacts.has_bounced,
        contacts.visit_count,
        contacts.page_view_count
    from {{ ref('stg_hubspot__contacts') }} as contacts
    left join hubspot_companies as companies on contacts.company_id = companies.company_id
),

salesforce_leads as (
    select
        {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key,
        email,
        first_name,
        last_name,
        job_title,
        phone,
        company_name,
        website,
        country,
        city,
        industry,
        employee_count,
        lead_source as source,
        cast(null as string) as source_detail,
        cast(null as string) as landing_page,
        cast(null as string) as stage_value,
        status as status_value,
        owner_id,
        converted_account_id as company_record_id,
        is_opted_out,
        has_bounced,
        cast(null as decimal(18, 2)) as visit_count,
        cast(null as decimal(18, 2)) as page_view_count
    from {{ ref('stg_salesforce__leads') }}
),

salesforce_contacts as (
    select
        {{ record_key('salesforce', 'contacts', 'contacts.contact_id') }} as record_key,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        contacts.job_title,
        contacts.phone,
        accounts.name as company_name,
        accounts.website,
        coalesce(contacts.country, accounts.country) as country,
        coalesce(contacts.city, accounts.city) as city,
        accounts.industry,
        accounts.employee_count,
        contacts.lead_source as source,
        cast(null as string) as source_detail,
        cast(null as string) as landing_page,
        cast(null as string) as stage_value,
        cast(null as string) as status_value,
        contacts.owner_id,
        contacts.account_id as company_record_id,
        contacts.is_opted_out,
        contacts.has_bounced,
        cast(null as decimal(18, 2)) as visit_count,
        cast(null as decimal(18, 2)) as page_view_count
    from {{ ref('stg_salesforce__contacts') }} as contacts
    left join accounts on contacts.account_id = accounts.account_id
),

records as (
    select * from hubspot_contacts
    union all
    select * from salesforce_leads
    union all
    select * from salesforce_contacts
)

select
    identities.lead_id,
    identities.crm,
    identities.object,
    identities.record_id,
    identities.created_at,
    identities.is_converted,
    records.*,
    row_number() over (
        partition by identities.lead_id, identities.crm, identities.object
        order by
            case when identities.is_converted then 1 else 0 end,
            identities.created_at,
            {{ in_order_of_ids('identities.record_id') }}
    ) as place
from identities
inner join records on identities.record_key = records.record_key
