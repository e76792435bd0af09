-- Touches, and from when until when they were known: as int_engagement__versions for what the lead did.

with withdrawals as (
    select * from {{ ref('log_touch_withdrawals') }}
),

replaced as (
    select touch_id, max(known_until) as known_from from withdrawals group by touch_id
)

select
    touches.touch_id,
    touches.lead_id,
    touches.touched_at,
    greatest(replaced.known_from, touches.learned_at) as known_from,
    cast(null as timestamp) as known_until
from {{ ref('int_engagement__touches') }} as touches
left join replaced on touches.touch_id = replaced.touch_id

union all

select
    withdrawals.touch_id,
    ids.current_lead_id as lead_id,
    withdrawals.touched_at,
    withdrawals.known_from,
    withdrawals.known_until
from withdrawals
inner join {{ ref('int_identity__lead_ids') }} as ids on withdrawals.lead_id = ids.lead_id
where ids.current_lead_id is not null
