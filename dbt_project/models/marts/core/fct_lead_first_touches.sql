-- The first touch by a person on each channel since the lead became ready for sales; automatic messages are no touches.

with ranked as (
    select
        responses.lead_id,
        responses.ready_at,
        touches.touch_type as channel,
        touches.touched_at,
        touches.rep_id,
        touches.owner_name,
        row_number() over (
            partition by responses.lead_id, touches.touch_type order by touches.touched_at, touches.touch_id
        ) as place
    from {{ ref('int_service_levels__responses') }} as responses
    inner join {{ ref('fct_lead_touches') }} as touches
        on responses.lead_id = touches.lead_id and responses.ready_at <= touches.touched_at
)

select
    lead_id,
    channel,
    touched_at as first_touch_at,
    rep_id,
    owner_name,
    cast({{ seconds_between('ready_at', 'touched_at') }} as double) / 60 as response_minutes
from ranked
where place = 1
