select
    crm,
    {{ record_key('crm', 'people', 'person_id') }} as record_key,
    'people' as object,
    'people' as crm_object,
    person_id as record_id,
    owner_id,

    email,
    first_name,
    last_name,
    job_title,
    phone,

    company_name,
    cast(null as string) as website,
    country,
    city,
    cast(null as string) as industry,
    cast(null as decimal(18, 2)) as employee_count,
    cast(null as string) as company_record_key,
    cast(null as string) as company_link,

    cast(null as string) as source,
    cast(null as string) as source_detail,
    cast(null as string) as landing_page,
    cast(null as decimal(18, 2)) as visit_count,
    cast(null as decimal(18, 2)) as page_view_count,

    false as is_opted_out,
    false as has_bounced,
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
from {{ ref('stg_paperdesk__people') }}
