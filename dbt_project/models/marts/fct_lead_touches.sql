select
    touches.touch_id,
    touches.lead_id,
    owners.rep_id,
    owners.full_name as owner_name,
    touches.crm,
    touches.channel as touch_type,
    touches.direction,
    touches.touched_at
from {{ ref('int_touches') }} as touches
left join {{ ref('int_crm_owners') }} as owners
    on touches.crm = owners.crm and touches.owner_id = owners.owner_id
where touches.touched_at <= {{ as_of() }}
