select
    crm,
    hs_object_id as email_id,
    {{ as_timestamp('hs_timestamp') }} as sent_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_text('hs_email_direction') }} as direction,
    {{ as_text('hs_email_status') }} as status,
    {{ as_text('hs_email_subject') }} as subject,
    {{ as_timestamp('hs_createdate') }} as created_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted
from {{ raw_rows('hubspot', 'emails') }}
