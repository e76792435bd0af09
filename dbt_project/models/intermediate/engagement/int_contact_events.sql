{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}
{% set machine_seconds = 10 %}

-- A log: HubSpot keeps only the first or the latest moment of forms, visits and e-mail, and overwrites it. Each moment
-- is kept here once it was seen, so that what was known as of an earlier day stays known. A click or an
-- open within seconds of the sending, or of every e-mail that was delivered, is a link scanner or a mail proxy.

with contacts as (
    select
        *,
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
    where not is_deleted
),

moments as (
    select contact_id, 'form' as kind, first_form as detail, first_form_at as occurred_at
    from contacts
    union
    select contact_id, 'form' as kind, last_form as detail, last_form_at as occurred_at
    from contacts
    union
    select contact_id, 'page' as kind, last_page as detail, last_visit_at as occurred_at
    from contacts
    union
    select contact_id, 'email_opened' as kind, cast(null as string) as detail, last_email_open_at as occurred_at
    from contacts
    where not is_machine_open
    union
    select contact_id, 'email_clicked' as kind, cast(null as string) as detail, last_email_click_at as occurred_at
    from contacts
    where not is_machine_click
    union
    select contact_id, 'email_replied' as kind, cast(null as string) as detail, last_reply_at as occurred_at
    from contacts
)

select
    moments.contact_id,
    moments.kind,
    moments.detail,
    moments.occurred_at,
    {{ as_of() }} as first_seen_at
from moments
{% if is_incremental() %}
left join {{ this }} as seen
    on
        moments.contact_id = seen.contact_id
        and moments.kind = seen.kind
        and moments.occurred_at = seen.occurred_at
{% endif %}
where moments.occurred_at is not null {{ "and seen.contact_id is null" if is_incremental() }}
