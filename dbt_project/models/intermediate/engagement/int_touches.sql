-- What a person of ours did about a lead: a sent e-mail, a call (answered or not), a meeting that took place. Not:
-- automatic messages, mass mailings, tasks of other kinds, anything without an owner.

with activities as (
    select * from {{ ref('int_activities') }}
)

select
    {{ dbt.hash(dbt.concat(['activity_id', "'/'", 'lead_id'])) }} as touch_id,
    lead_id,
    activity_id,
    crm,
    channel,
    direction,
    owner_id,
    min(occurred_at) as touched_at
from activities
where
    is_done
    and not is_automatic
    and owner_id is not null
    and occurred_at is not null
    and (
        (channel = 'email' and direction = 'out')
        or channel in ('call', 'meeting')
    )
group by lead_id, activity_id, crm, channel, direction, owner_id
