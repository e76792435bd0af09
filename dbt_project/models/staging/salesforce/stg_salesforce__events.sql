select
    crm,
    Id as event_id,
    {{ as_text('WhoId') }} as who_id,
    {{ as_text('WhatId') }} as what_id,
    {{ as_text('OwnerId') }} as owner_id,
    {{ as_text('Subject') }} as subject,
    {{ as_timestamp('StartDateTime') }} as starts_at,
    {{ as_timestamp('EndDateTime') }} as ends_at,
    {{ as_timestamp('CreatedDate') }} as created_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Event') }}
