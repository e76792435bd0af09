{% set texts = [
    'email', 'first_name', 'last_name', 'job_title', 'phone', 'company_name', 'website', 'city', 'industry',
] %}
{% set numbers = ['employee_count', 'visit_count', 'page_view_count'] %}

-- Survivorship: for each value the Salesforce contact speaks first, then the Salesforce lead, then the HubSpot
-- contact: the further along a record is in the sale, the more people have checked it. The source is that of the
-- oldest record, because later records are made from it; what both CRMs call by two names has one (lead_sources). A lead
-- has been there since its first record was, one that was merged away since included. Who opted out with any record has
-- opted out, also with one that was merged away: HubSpot keeps one address's word, and the person is the same.

with members as (
    select * from {{ ref('int_member_records') }}
),

countries as (
    select * from {{ ref('countries') }}
),

free_mail_domains as (
    select * from {{ ref('free_mail_domains') }}
),

first_records as (
    select lead_id, record_key
    from (
        select lead_id, record_key, row_number() over (partition by lead_id order by created_at, record_key) as place
        from members
        where source is not null
    ) as ranked
    where place = 1
),

arrivals as (
    select lead_id, min(created_at) as created_at
    from {{ ref('int_identities') }}
    where is_merged or not is_deleted
    group by lead_id
),

merged_away as (
    select {{ record_key('hubspot', 'contacts', 'contact_id') }} as record_key, is_opted_out
    from {{ ref('stg_hubspot__contacts') }}
    union all
    select {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key, is_opted_out
    from {{ ref('stg_salesforce__leads') }}
    union all
    select {{ record_key('salesforce', 'contacts', 'contact_id') }} as record_key, is_opted_out
    from {{ ref('stg_salesforce__contacts') }}
),

opted_out as (
    select distinct identities.lead_id
    from {{ ref('int_identities') }} as identities
    inner join merged_away on identities.record_key = merged_away.record_key
    where identities.is_merged and merged_away.is_opted_out
),

leads as (
    select
        members.lead_id,
        max(case when members.is_opted_out or opted_out.lead_id is not null then 1 else 0 end) = 1 as is_opted_out,
        max(case when has_bounced then 1 else 0 end) = 1 as has_bounced,
        max(case when is_converted then 1 else 0 end) = 1 as is_converted,
        max(case when crm = 'hubspot' then 1 else 0 end) = 1 as has_hubspot,
        max(case when crm = 'salesforce' then 1 else 0 end) = 1 as has_salesforce
    from members
    left join opted_out on members.lead_id = opted_out.lead_id
    group by members.lead_id
),

best as (
    select
        leads.*,
        arrivals.created_at,
        hubspot.record_id as hubspot_contact_id,
        salesforce_leads.record_id as salesforce_lead_id,
        salesforce_contacts.record_id as salesforce_contact_id,
        coalesce(salesforce_contacts.company_record_id, salesforce_leads.company_record_id) as salesforce_account_id,
        hubspot.company_record_id as hubspot_company_id,
        {% for column in texts + numbers %}
        coalesce(salesforce_contacts.{{ column }}, salesforce_leads.{{ column }}, hubspot.{{ column }}) as {{ column }},
        {% endfor %}
        coalesce(salesforce_contacts.country, salesforce_leads.country, hubspot.country) as country_as_typed,
        coalesce(salesforce_contacts.owner_id, salesforce_leads.owner_id) as salesforce_owner_id,
        hubspot.owner_id as hubspot_owner_id,
        coalesce(lead_sources.channel, lower(replace(first_members.source, ' ', '_'))) as lead_source,
        first_members.source_detail as lead_source_detail,
        hubspot.landing_page
    from leads
    inner join arrivals on leads.lead_id = arrivals.lead_id
    left join members as hubspot
        on
            leads.lead_id = hubspot.lead_id
            and hubspot.object = 'contacts'
            and hubspot.crm = 'hubspot'
            and hubspot.place = 1
    left join members as salesforce_leads
        on leads.lead_id = salesforce_leads.lead_id and salesforce_leads.object = 'leads' and salesforce_leads.place = 1
    left join members as salesforce_contacts
        on
            leads.lead_id = salesforce_contacts.lead_id
            and salesforce_contacts.object = 'contacts'
            and salesforce_contacts.crm = 'salesforce'
            and salesforce_contacts.place = 1
    left join first_records on leads.lead_id = first_records.lead_id
    left join members as first_members on first_records.record_key = first_members.record_key
    left join {{ ref('lead_sources') }} as lead_sources
        on
            first_members.crm = lead_sources.crm
            and lower(replace(first_members.source, ' ', '_')) = lead_sources.value
),

merged as (
    select
        best.*,
        {{ email_key('best.email') }} as email_key,
        nullif({{ dbt.split_part(email_key('best.email'), "'@'", 2) }}, '') as email_domain
    from best
)

select
    merged.*,
    coalesce(
        case when free_mail_domains.domain is null then merged.email_domain end,
        'salesforce:' || merged.salesforce_account_id,
        'hubspot:' || merged.hubspot_company_id
    ) as company_key,
    nullif(trim(concat(coalesce(merged.first_name, ''), ' ', coalesce(merged.last_name, ''))), '') as full_name,
    coalesce(countries.country, merged.country_as_typed) as country,
    countries.region
from merged
left join countries on lower(merged.country_as_typed) = countries.spelling
left join free_mail_domains on merged.email_domain = free_mail_domains.domain
