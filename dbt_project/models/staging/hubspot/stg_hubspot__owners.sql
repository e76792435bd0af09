select
    crm,
    id as owner_id,
    lower({{ as_text('email') }}) as email,
    {{ as_text('firstName') }} as first_name,
    {{ as_text('lastName') }} as last_name,
    coalesce({{ as_text('type') }}, 'PERSON') as owner_type,
    not coalesce({{ as_flag('archived') }}, false) as is_active
from {{ raw_rows('hubspot', 'owners') }}
