select
    crm,
    hs_object_id as meeting_id,
    {{ as_timestamp('hs_createdate') }} as booked_at,
    coalesce({{ as_timestamp('hs_meeting_start_time') }}, {{ as_timestamp('hs_timestamp') }}) as starts_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_text('hs_meeting_title') }} as title,
    {{ as_text('hs_meeting_outcome') }} as outcome,
    coalesce({{ as_flag('archived') }}, false) as is_deleted
from {{ raw_rows('hubspot', 'meetings') }}
