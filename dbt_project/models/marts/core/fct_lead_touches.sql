select
    touch_id,
    lead_id,
    rep_id,
    owner_name,
    crm,
    channel as touch_type,
    direction,
    touched_at
from {{ ref('int_engagement__touches') }}
where touched_at <= {{ as_of() }}
