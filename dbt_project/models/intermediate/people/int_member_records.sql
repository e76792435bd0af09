{% set company_first, own_first = ['company_name', 'employee_count'], ['website', 'country', 'city', 'industry'] %}
{% set others = [
    'email', 'first_name', 'last_name', 'job_title', 'phone', 'source', 'source_detail', 'landing_page', 'stage_value',
    'status_value', 'owner_id', 'company_record_id', 'is_opted_out', 'has_bounced', 'visit_count', 'page_view_count',
    'is_company_from_start', 'is_made_by_conversion',
] %}

-- Every live CRM record of a lead with its values under one set of names. Place 1 is the record that speaks for
-- the lead among those of its kind: unconverted first, then the oldest. What a record says of the company is completed
-- from the company's record; `own_` is without it. A link to a company has no date: it is taken to have been there from
-- the start where the company was, and a HubSpot contact has its domain, by which HubSpot links them itself. What a
-- conversion made was not there before it.

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
        contacts.company_name as own_company_name,
        contacts.website as own_website,
        contacts.country as own_country,
        contacts.city as own_city,
        contacts.industry as own_industry,
        {{ range_middle('contacts.employee_range') }} as own_employee_count,
        companies.name as linked_company_name,
        companies.domain as linked_website,
        companies.country as linked_country,
        companies.city as linked_city,
        companies.industry as linked_industry,
        companies.employee_count as linked_employee_count,
        coalesce(
            companies.created_at <= {{ dbt.dateadd('day', 1, 'contacts.created_at') }}
            and {{ website_domain('companies.domain') }}
            = {{ dbt.split_part(email_key('contacts.email'), "'@'", 2) }},
            false
        ) as is_company_from_start,
        false as is_made_by_conversion,
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
        company_name as own_company_name,
        website as own_website,
        country as own_country,
        city as own_city,
        industry as own_industry,
        employee_count as own_employee_count,
        {% for column in ['company_name', 'website', 'country', 'city', 'industry'] %}
        cast(null as string) as linked_{{ column }},
        {% endfor %}
        cast(null as decimal(18, 2)) as linked_employee_count,
        false as is_company_from_start,
        false as is_made_by_conversion,
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

conversions as (
    select distinct converted_contact_id as contact_id
    from {{ ref('stg_salesforce__leads') }}
    where converted_contact_id is not null
),

salesforce_contacts as (
    select
        {{ record_key('salesforce', 'contacts', 'contacts.contact_id') }} as record_key,
        contacts.email,
        contacts.first_name,
        contacts.last_name,
        contacts.job_title,
        contacts.phone,
        cast(null as string) as own_company_name,
        cast(null as string) as own_website,
        contacts.country as own_country,
        contacts.city as own_city,
        cast(null as string) as own_industry,
        cast(null as decimal(18, 2)) as own_employee_count,
        accounts.name as linked_company_name,
        accounts.website as linked_website,
        accounts.country as linked_country,
        accounts.city as linked_city,
        accounts.industry as linked_industry,
        accounts.employee_count as linked_employee_count,
        conversions.contact_id is null
        and coalesce(accounts.created_at <= {{ dbt.dateadd('day', 1, 'contacts.created_at') }}, false)
            as is_company_from_start,
        conversions.contact_id is not null as is_made_by_conversion,
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
    left join conversions on contacts.contact_id = conversions.contact_id
),

records as (
    {% for kind in ['hubspot_contacts', 'salesforce_leads', 'salesforce_contacts'] %}
    select
        {% for column in others %}
        {{ column }},
        {% endfor %}
        {% for column in company_first %}
        coalesce(linked_{{ column }}, own_{{ column }}) as {{ column }},
        {% endfor %}
        {% for column in own_first %}
        coalesce(own_{{ column }}, linked_{{ column }}) as {{ column }},
        {% endfor %}
        {% for column in company_first + own_first %}
        own_{{ column }},
        {% endfor %}
        record_key
    from {{ kind }}
    {{ "union all" if not loop.last }}
    {% endfor %}
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
