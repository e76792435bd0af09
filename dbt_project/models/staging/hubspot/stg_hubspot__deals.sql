select
    crm,
    hs_object_id as deal_id,
    {{ as_text('dealname') }} as name,
    {{ stated_number('amount') }} as amount,
    {{ as_text('dealstage') }} as stage_id,
    {{ as_text('pipeline') }} as pipeline_id,
    {{ as_timestamp('closedate') }} as close_date_at,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_flag('hs_is_closed') }} as is_closed,
    {{ as_flag('hs_is_closed_won') }} as is_won,
    {{ as_text('closed_lost_reason') }} as lost_reason,
    {{ as_timestamp('createdate') }} as created_at,
    {{ in_utc('hs_lastmodifieddate') }} as modified_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted,
    {{ as_timestamp('archived_at') }} as deleted_at
from {{ raw_rows('hubspot', 'deals') }}
