-- A log: a CRM that keeps only the first or the latest moment of forms, visits and e-mail overwrites it. Each moment is
-- kept here once it was seen, so that what was known as of an earlier day stays known.

with events as (
    select distinct record_key, kind, detail, occurred_at
    from {{ ref('unified_person_events') }}
    where not is_deleted
)

select
    events.record_key,
    events.kind,
    events.detail,
    events.occurred_at,
    {{ as_of() }} as first_seen_at
from events
{% if is_incremental() %}
left join {{ this }} as seen
    on
        events.record_key = seen.record_key
        and events.kind = seen.kind
        and events.occurred_at = seen.occurred_at
where seen.record_key is null
{% endif %}
