-- What a person of ours did about a lead: a sent e-mail, a call (answered or not), a meeting that took place. Not:
-- automatic messages, mass mailings, tasks of other kinds, anything whose owner is not a person of ours.

with activities as (
    select * from {{ ref('int_activities') }}
),

owners as (
    select * from {{ ref('int_crm_owners') }}
)

select
    {{ dbt.hash(dbt.concat(['activities.activity_id', "'/'", 'activities.lead_id'])) }} as touch_id,
    activities.lead_id,
    activities.crm,
    activities.channel,
    activities.direction,
    owners.rep_id,
    owners.full_name as owner_name,
    min(activities.occurred_at) as touched_at,
    min(greatest(activities.occurred_at, activities.created_at)) as learned_at
from activities
inner join owners on activities.crm = owners.crm and activities.owner_id = owners.owner_id
where
    activities.is_done
    and not activities.is_automatic
    and activities.occurred_at is not null
    and (
        (activities.channel = 'email' and activities.direction = 'out')
        or activities.channel in ('call', 'meeting')
    )
group by
    activities.activity_id, activities.lead_id, activities.crm, activities.channel, activities.direction,
    owners.rep_id, owners.full_name
