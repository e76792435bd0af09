select
    crm,
    pipeline_id,
    stage_id,
    {{ as_text('stage_label') }} as stage_name,
    {{ as_text('pipeline_label') }} as pipeline_name,
    {{ as_flag('is_closed') }} as is_closed,
    try_cast({{ as_text('probability') }} as double) as probability
from {{ raw_rows('hubspot', 'deal_stages') }}
