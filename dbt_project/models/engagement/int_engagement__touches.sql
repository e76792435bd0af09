-- What a person of ours did about a lead: a sent e-mail, a call (answered or not), a meeting that took place. Not:
-- automatic messages, mass mailings, tasks of other kinds, anything whose owner is not a person of ours. An activity with
-- two records of one lead, as after a merge, concerns it once.

with activities as (
    select *
    from {{ ref('int_engagement__activities') }}
    where
        is_done
        and not is_automatic
        and occurred_at is not null
        and ((channel = 'email' and direction = 'out') or channel in ('call', 'meeting'))
),

concerned as (
    select distinct people.activity_key, identities.lead_id
    from {{ ref('unified_activity_people') }} as people
    inner join {{ ref('int_identity__records') }} as identities on people.record_key = identities.record_key
)

select
    {{ dbt.hash(dbt.concat(['activities.activity_key', "'/'", 'concerned.lead_id'])) }} as touch_id,
    concerned.lead_id,
    activities.crm,
    activities.channel,
    activities.direction,
    owners.rep_id,
    owners.full_name as owner_name,
    activities.occurred_at as touched_at,
    greatest(activities.occurred_at, activities.created_at) as learned_at
from activities
inner join concerned on activities.activity_key = concerned.activity_key
inner join {{ ref('int_identity__crm_owners') }} as owners
    on activities.crm = owners.crm and activities.owner_id = owners.owner_id
