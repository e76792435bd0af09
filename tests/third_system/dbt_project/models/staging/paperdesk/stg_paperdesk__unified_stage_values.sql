select
    {{ record_key('paperdesk', 'people', 'person_id') }} as record_key,
    'status' as field,
    coalesce(status, '') as value,
    modified_at
from {{ ref('stg_paperdesk__people') }}
where not is_deleted
