select
    crm,
    staff_id as owner_id,
    'staff' as object,
    email,
    full_name,
    'person' as owner_type,
    is_active
from {{ ref('stg_paperdesk__staff') }}
