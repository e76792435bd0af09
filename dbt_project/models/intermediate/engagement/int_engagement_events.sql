{% set machine_seconds = 10 %}

-- What a lead did, as the CRMs tell it: the kind of event and a text that says more. HubSpot keeps only the first
-- and the latest moment of forms, visits and e-mail; a click within seconds of the sending, or on every e-mail
-- that was delivered, is a link scanner.

with contacts as (
    select
        contacts.*,
        identities.lead_id,
        coalesce(
            {{ seconds_between('contacts.last_email_sent_at', 'contacts.last_email_click_at') }}
            between 0 and {{ machine_seconds }}
            or (contacts.email_click_count >= 3 and contacts.email_click_count >= contacts.email_delivered_count),
            false
        ) as is_machine_click,
        coalesce(
            {{ seconds_between('contacts.last_email_sent_at', 'contacts.last_email_open_at') }}
            between 0 and {{ machine_seconds }},
            false
        ) as is_machine_open
    from {{ ref('stg_hubspot__contacts') }} as contacts
    inner join {{ ref('int_identities') }} as identities
        on {{ record_key('hubspot', 'contacts', 'contacts.contact_id') }} = identities.record_key
    where not identities.is_deleted
),

activities as (
    select * from {{ ref('int_activities') }} where not is_automatic
),

members as (
    select
        identities.lead_id,
        campaigns.campaign_type,
        campaigns.name,
        coalesce(members.responded_at, members.created_at) as occurred_at,
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

select
    lead_id,
    'form' as kind,
    first_form as detail,
    first_form_at as occurred_at,
    concat('hubspot:contacts:', contact_id, ':first_form') as source_id
from contacts
where first_form_at is not null and (last_form_at is null or first_form_at != last_form_at)

union all

select
    lead_id,
    'form' as kind,
    last_form as detail,
    last_form_at as occurred_at,
    concat('hubspot:contacts:', contact_id, ':last_form') as source_id
from contacts
where last_form_at is not null

union all

select
    lead_id,
    'page' as kind,
    last_page as detail,
    last_visit_at as occurred_at,
    concat('hubspot:contacts:', contact_id, ':last_visit') as source_id
from contacts
where last_visit_at is not null

union all

select
    lead_id,
    'email_opened' as kind,
    cast(null as string) as detail,
    last_email_open_at as occurred_at,
    concat('hubspot:contacts:', contact_id, ':last_open') as source_id
from contacts
where last_email_open_at is not null and not is_machine_open

union all

select
    lead_id,
    'email_clicked' as kind,
    cast(null as string) as detail,
    last_email_click_at as occurred_at,
    concat('hubspot:contacts:', contact_id, ':last_click') as source_id
from contacts
where last_email_click_at is not null and not is_machine_click

union all

select
    lead_id,
    'email_replied' as kind,
    cast(null as string) as detail,
    greatest(
        coalesce(last_email_reply_at, last_sales_reply_at), coalesce(last_sales_reply_at, last_email_reply_at)
    ) as occurred_at,
    concat('hubspot:contacts:', contact_id, ':last_reply') as source_id
from contacts
where last_email_reply_at is not null or last_sales_reply_at is not null

union all

select lead_id, 'email_replied' as kind, subject as detail, occurred_at, activity_id as source_id
from activities
where channel = 'email' and direction = 'in'

union all

select lead_id, 'call_received' as kind, subject as detail, occurred_at, activity_id as source_id
from activities
where channel = 'call' and direction = 'in'

union all

select
    lead_id,
    'meeting_booked' as kind,
    subject as detail,
    created_at as occurred_at,
    concat(activity_id, ':booked') as source_id
from activities
where channel = 'meeting' and created_at is not null

union all

select lead_id, 'meeting_held' as kind, subject as detail, occurred_at, activity_id as source_id
from activities
where channel = 'meeting' and is_done and occurred_at is not null

union all

select
    lead_id,
    'campaign' as kind,
    concat(coalesce(campaign_type, ''), ' ', coalesce(name, '')) as detail,
    occurred_at,
    source_id
from members
