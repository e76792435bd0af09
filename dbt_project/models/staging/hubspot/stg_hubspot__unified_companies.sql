select
    crm,
    {{ record_key('crm', 'companies', 'company_id') }} as record_key,
    'companies' as object,
    company_id as record_id,
    name,
    domain as website,
    country,
    city,
    industry,
    employee_count,
    revenue_amount,
    owner_id,
    created_at,
    is_deleted
from {{ ref('stg_hubspot__companies') }}
