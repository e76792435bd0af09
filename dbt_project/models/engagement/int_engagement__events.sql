-- What people did, as the records of the CRMs tell it: the kind of event and a text that says more. Records of one person
-- that have the same event key tell of one thing. An event is known from `learned_at` on: when it occurred, or was written
-- down where that was later. A CRM that overwrites the latest form, visit, open, click and reply cannot tell any more that
-- somebody who did something later had done so before: such an event is known from the run that saw it.

with kept as (
    select distinct record_key, kind, occurred_at from {{ ref('unified_person_events') }} where is_kept
),

told as (
    select
        events.record_key,
        events.kind,
        events.detail,
        events.occurred_at,
        case
            when kept.record_key is not null then events.occurred_at
            else greatest(events.occurred_at, events.first_seen_at)
        end as learned_at,
        events.record_key || ':' || cast(events.occurred_at as string) as source_id,
        cast(events.occurred_at as string) || coalesce('/' || events.detail, '') as event_key
    from {{ ref('log_contact_events') }} as events
    inner join {{ ref('unified_people') }} as people on events.record_key = people.record_key
    left join {{ ref('unified_merges') }} as merged on events.record_key = merged.loser_key
    left join kept
        on
            events.record_key = kept.record_key
            and events.kind = kept.kind
            and events.occurred_at = kept.occurred_at
    where
        -- what somebody did before the record was merged away stays
        (merged.loser_key is not null or not people.is_deleted)
        -- noted before such dates were taken for none
        and {{ is_plausible('events.occurred_at') }}
),

activities as (
    select people.record_key, activities.*
    from {{ ref('int_engagement__activities') }} as activities
    inner join {{ ref('unified_activity_people') }} as people on activities.activity_key = people.activity_key
    where not activities.is_automatic
),

done as (
    select
        record_key,
        case when channel = 'meeting' then 'meeting_held' when channel = 'call' then 'call_received' else 'email_replied' end
            as kind,
        subject as detail,
        occurred_at,
        greatest(occurred_at, created_at) as learned_at,
        activity_key as source_id,
        activity_key as event_key
    from activities
    where (channel in ('email', 'call') and direction = 'in') or (channel = 'meeting' and is_done)
),

booked as (
    select
        record_key,
        'meeting_booked' as kind,
        subject as detail,
        created_at as occurred_at,
        created_at as learned_at,
        activity_key || ':booked' as source_id,
        activity_key || ':booked' as event_key
    from activities
    where channel = 'meeting'
),

responses as (
    select
        members.record_key,
        'campaign' as kind,
        concat(coalesce(campaigns.campaign_type, ''), ' ', coalesce(campaigns.name, '')) as detail,
        members.response_known_at as occurred_at,
        members.response_known_at as learned_at,
        members.member_key as source_id,
        members.member_key as event_key
    from {{ ref('unified_campaign_members') }} as members
    inner join {{ ref('unified_campaigns') }} as campaigns on members.campaign_key = campaigns.campaign_key
),

events as (
    select * from told
    union all
    select * from done
    union all
    select * from booked
    union all
    select * from responses
)

select
    record_key,
    kind,
    detail,
    occurred_at,
    learned_at,
    source_id,
    event_key
from events
where occurred_at is not null
