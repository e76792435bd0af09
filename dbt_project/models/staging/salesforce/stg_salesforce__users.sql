select
    crm,
    Id as user_id,
    lower({{ as_text('Email') }}) as email,
    {{ as_text('Name') }} as full_name,
    {{ as_text('FirstName') }} as first_name,
    {{ as_text('LastName') }} as last_name,
    coalesce({{ as_flag('IsActive') }}, false) as is_active,
    coalesce({{ as_text('UserType') }}, 'Standard') as user_type,
    {{ as_text('TimeZoneSidKey') }} as time_zone
from {{ raw_rows('salesforce', 'User') }}
