select
    crm,
    {{ record_key('crm', 'Account', 'account_id') }} as record_key,
    'Account' as object,
    account_id as record_id,
    name,
    website,
    country,
    city,
    industry,
    employee_count,
    revenue_amount,
    owner_id,
    created_at,
    is_deleted
from {{ ref('stg_salesforce__accounts') }}
