select
    crm,
    {{ record_key('crm', 'people', 'person_id') }} as record_key,
    'status' as field,
    coalesce(status, '') as value,
    modified_at
from {{ ref('stg_paperdesk__people') }}
where not is_deleted
