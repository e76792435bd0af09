{% set machine_seconds = 10 %}

-- HubSpot keeps the first form for good, and only the latest moment of other forms, visits and e-mail, which it
-- overwrites. A click or an open within seconds of the sending, or of every e-mail that was delivered, is a link scanner
-- or a mail proxy.

with contacts as (
    select
        *,
        {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
        coalesce(last_form_at = first_form_at, false) as is_last_form_kept,
        greatest(
            coalesce(last_email_reply_at, last_sales_reply_at), coalesce(last_sales_reply_at, last_email_reply_at)
        ) as last_reply_at,
        coalesce(
            {{ seconds_between('last_email_sent_at', 'last_email_click_at') }} between 0 and {{ machine_seconds }}
            or (email_click_count >= 3 and email_click_count >= email_delivered_count),
            false
        ) as is_machine_click,
        coalesce(
            {{ seconds_between('last_email_sent_at', 'last_email_open_at') }} between 0 and {{ machine_seconds }}
            or (email_open_count >= 3 and email_open_count >= email_delivered_count),
            false
        ) as is_machine_open
    from {{ ref('stg_hubspot__contacts') }}
),

events as (
    select crm, record_key, is_deleted, 'form' as kind, first_form as detail, first_form_at as occurred_at, true as is_kept
    from contacts
    union
    select crm, record_key, is_deleted, 'form' as kind, last_form as detail, last_form_at as occurred_at, is_last_form_kept
    from contacts
    union
    select crm, record_key, is_deleted, 'page' as kind, last_page as detail, last_visit_at as occurred_at, false as is_kept
    from contacts
    union
    select crm, record_key, is_deleted, 'email_opened' as kind, null as detail, last_email_open_at, false as is_kept
    from contacts
    where not is_machine_open
    union
    select crm, record_key, is_deleted, 'email_clicked' as kind, null as detail, last_email_click_at, false as is_kept
    from contacts
    where not is_machine_click
    union
    select crm, record_key, is_deleted, 'email_replied' as kind, null as detail, last_reply_at, false as is_kept
    from contacts
)

select
    crm,
    record_key,
    kind,
    detail,
    occurred_at,
    is_kept,
    is_deleted
from events
where occurred_at is not null
