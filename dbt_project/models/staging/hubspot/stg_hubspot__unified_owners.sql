select
    crm,
    owner_id,
    'owners' as object,
    email,
    nullif(trim(concat(coalesce(first_name, ''), ' ', coalesce(last_name, ''))), '') as full_name,
    case owner_type when 'PERSON' then 'person' when 'QUEUE' then 'queue' else 'other' end as owner_type,
    is_active
from {{ ref('stg_hubspot__owners') }}
