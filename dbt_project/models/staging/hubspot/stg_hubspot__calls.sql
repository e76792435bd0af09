select
    crm,
    hs_object_id as call_id,
    {{ as_timestamp('hs_timestamp') }} as called_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_text('hs_call_direction') }} as direction,
    {{ as_text('hs_call_status') }} as status,
    {{ as_number('hs_call_duration') }} as duration_ms,
    {{ as_text('hs_call_title') }} as title,
    {{ as_timestamp('hs_createdate') }} as created_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted
from {{ raw_rows('hubspot', 'calls') }}
