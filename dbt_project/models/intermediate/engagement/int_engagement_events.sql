-- What a lead did, as the CRMs tell it: the kind of event and a text that says more. What a contact did before it was
-- merged away stays; HubSpot gives some of it to the contact that lives on, and it counts once. An event is known from
-- `learned_at` on: when it occurred, or was written down where that was later. HubSpot overwrites the latest form, visit,
-- open, click and reply: of a contact that did something later, nobody can tell any more that it had done so before, so
-- such an event is known from the run that saw it.

with told as (
    select
        identities.lead_id,
        events.kind,
        events.detail,
        events.occurred_at,
        'hubspot:contacts:' || events.contact_id || ':' || cast(events.occurred_at as string) as source_id,
        min(
            case
                when events.kind = 'form' and events.occurred_at = contacts.first_form_at then events.occurred_at
                else greatest(events.occurred_at, events.first_seen_at)
            end
        ) over (partition by identities.lead_id, events.kind, events.occurred_at, events.detail) as learned_at,
        row_number() over (
            partition by identities.lead_id, events.kind, events.occurred_at, events.detail
            order by case when identities.is_merged then 1 else 0 end, events.contact_id
        ) as place
    from {{ ref('int_contact_events') }} as events
    inner join {{ ref('int_identities') }} as identities
        on {{ record_key('hubspot', 'contacts', 'events.contact_id') }} = identities.record_key
    left join {{ ref('stg_hubspot__contacts') }} as contacts on events.contact_id = contacts.contact_id
    where
        (identities.is_merged or not identities.is_deleted)
        -- noted before such dates were taken for none
        and {{ is_plausible('events.occurred_at') }}
),

activities as (
    select * from {{ ref('int_activities') }} where not is_automatic
),

members as (
    select
        identities.lead_id,
        campaigns.campaign_type,
        campaigns.name,
        -- Salesforce keeps only the day of a first response: it is known for certain when that day ends, or when the
        -- member last changed where that was earlier.
        greatest(
            members.created_at,
            least(
                coalesce({{ dbt.dateadd('second', 86399, 'members.responded_at') }}, members.created_at),
                coalesce(
                    members.modified_at, {{ dbt.dateadd('second', 86399, 'members.responded_at') }}, members.created_at
                )
            )
        ) as occurred_at,
        concat('salesforce:campaign_members:', members.campaign_member_id) as source_id
    from {{ ref('stg_salesforce__campaign_members') }} as members
    inner join {{ ref('stg_salesforce__campaigns') }} as campaigns on members.campaign_id = campaigns.campaign_id
    inner join {{ ref('int_identities') }} as identities
        on
            coalesce(
                {{ record_key('salesforce', 'contacts', 'members.contact_id') }},
                {{ record_key('salesforce', 'leads', 'members.lead_record_id') }}
            ) = identities.record_key
    where members.has_responded and not members.is_deleted and not campaigns.is_deleted
)

select lead_id, kind, detail, occurred_at, learned_at, source_id
from told
where place = 1

union all

select
    lead_id,
    'email_replied' as kind,
    subject as detail,
    occurred_at,
    greatest(occurred_at, created_at) as learned_at,
    activity_id as source_id
from activities
where channel = 'email' and direction = 'in'

union all

select
    lead_id,
    'call_received' as kind,
    subject as detail,
    occurred_at,
    greatest(occurred_at, created_at) as learned_at,
    activity_id as source_id
from activities
where channel = 'call' and direction = 'in'

union all

select
    lead_id,
    'meeting_booked' as kind,
    subject as detail,
    created_at as occurred_at,
    created_at as learned_at,
    concat(activity_id, ':booked') as source_id
from activities
where channel = 'meeting' and created_at is not null

union all

select
    lead_id,
    'meeting_held' as kind,
    subject as detail,
    occurred_at,
    greatest(occurred_at, created_at) as learned_at,
    activity_id as source_id
from activities
where channel = 'meeting' and is_done and occurred_at is not null

union all

select
    lead_id,
    'campaign' as kind,
    concat(coalesce(campaign_type, ''), ' ', coalesce(name, '')) as detail,
    occurred_at,
    occurred_at as learned_at,
    source_id
from members
