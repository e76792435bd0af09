select
    crm,
    id as staff_id,
    lower({{ as_text('mail') }}) as email,
    {{ as_text('name') }} as full_name,
    coalesce({{ as_flag('works_here') }}, false) as is_active
from {{ raw_rows('paperdesk', 'staff') }}
