-- A lead has no company record before its conversion; the one it gets then says nothing of the lead's own company.

with leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

conversions as (
    select distinct crm, converted_contact_id as contact_id from leads where converted_contact_id is not null
)

select
    crm,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    'leads' as object,
    'Lead' as crm_object,
    lead_record_id as record_id,
    owner_id,

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
    {{ record_key('crm', 'Account', 'converted_account_id') }} as company_record_key,
    'by_conversion' as company_link,

    lead_source as source,
    cast(null as string) as source_detail,
    cast(null as string) as landing_page,
    cast(null as decimal(18, 2)) as visit_count,
    cast(null as decimal(18, 2)) as page_view_count,

    is_opted_out,
    has_bounced,
    is_converted,
    converted_at,
    case
        when master_id is null and is_converted
            then {{ record_key('crm', 'contacts', 'converted_contact_id') }}
    end as converted_to_key,
    false as is_made_by_conversion,

    leadwright_grade_override as grade_override,
    leadwright_grade_override_reason as grade_override_reason,
    leadwright_grade_override_by as grade_override_by,

    created_at,
    modified_at,
    is_deleted
from leads

union all

select
    contacts.crm,
    {{ record_key('contacts.crm', 'contacts', 'contacts.contact_id') }} as record_key,
    'contacts' as object,
    'Contact' as crm_object,
    contacts.contact_id as record_id,
    contacts.owner_id,

    contacts.email,
    contacts.first_name,
    contacts.last_name,
    contacts.job_title,
    contacts.phone,

    cast(null as string) as company_name,
    cast(null as string) as website,
    contacts.country,
    contacts.city,
    cast(null as string) as industry,
    cast(null as decimal(18, 2)) as employee_count,
    {{ record_key('contacts.crm', 'Account', 'contacts.account_id') }} as company_record_key,
    'by_record' as company_link,

    contacts.lead_source as source,
    cast(null as string) as source_detail,
    cast(null as string) as landing_page,
    cast(null as decimal(18, 2)) as visit_count,
    cast(null as decimal(18, 2)) as page_view_count,

    contacts.is_opted_out,
    contacts.has_bounced,
    false as is_converted,
    cast(null as timestamp) as converted_at,
    cast(null as string) as converted_to_key,
    conversions.contact_id is not null as is_made_by_conversion,

    contacts.leadwright_grade_override as grade_override,
    contacts.leadwright_grade_override_reason as grade_override_reason,
    contacts.leadwright_grade_override_by as grade_override_by,

    contacts.created_at,
    contacts.modified_at,
    contacts.is_deleted
from {{ ref('stg_salesforce__contacts') }} as contacts
left join conversions on contacts.crm = conversions.crm and contacts.contact_id = conversions.contact_id
