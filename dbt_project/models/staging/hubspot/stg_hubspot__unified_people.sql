select
    crm,
    {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
    'contacts' as object,
    'contacts' as crm_object,
    contact_id as record_id,
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
    {{ range_middle('employee_range') }} as employee_count,
    {{ record_key('crm', 'companies', 'company_id') }} as company_record_key,
    'by_domain' as company_link,

    traffic_source as source,
    traffic_source_detail as source_detail,
    landing_page,
    visit_count,
    page_view_count,

    is_opted_out,
    has_bounced,
    false as is_converted,
    cast(null as timestamp) as converted_at,
    cast(null as string) as converted_to_key,
    false as is_made_by_conversion,

    leadwright_grade_override as grade_override,
    leadwright_grade_override_reason as grade_override_reason,
    leadwright_grade_override_by as grade_override_by,

    created_at,
    modified_at,
    is_deleted
from {{ ref('stg_hubspot__contacts') }}
