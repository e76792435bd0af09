-- The first touch by a person from when a lead was ready for sales; leads that nobody has touched since have none.

with touches as (
    select
        ready.lead_id,
        touches.touch_id,
        touches.touched_at,
        touches.channel,
        touches.rep_id,
        row_number() over (partition by ready.lead_id order by touches.touched_at, touches.touch_id) as place
    from {{ ref('int_lifecycle__ready_leads') }} as ready
    inner join {{ ref('int_engagement__touches') }} as touches
        on ready.lead_id = touches.lead_id and ready.ready_at <= touches.touched_at
    where touches.touched_at <= {{ as_of() }}
)

select
    lead_id,
    touch_id,
    touched_at,
    channel,
    rep_id
from touches
where place = 1
