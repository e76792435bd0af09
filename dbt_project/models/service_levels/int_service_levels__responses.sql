-- From the moment a lead is ready for sales to the first touch by a person after it. In between lies the moment at which
-- a CRM showed an owner: what was before is the system's delay, what came after the people's.

with ready as (
    select lead_id, ready_at from {{ ref('int_lifecycle__ready_leads') }}
),

first_touches as (
    select * from {{ ref('int_lifecycle__first_touches') }}
),

owner_moments as (
    select identities.lead_id, changes.changed_at as shown_at
    from {{ ref('unified_owner_changes') }} as changes
    inner join {{ ref('int_identity__records') }} as identities on changes.record_key = identities.record_key
    union all
    select lead_id, {{ in_utc('answered_at') }} as shown_at from {{ ref('unified_owner_writes') }}
),

shown as (
    select ready.lead_id, min(owner_moments.shown_at) as shown_at
    from ready
    inner join owner_moments on ready.lead_id = owner_moments.lead_id
    where owner_moments.shown_at <= {{ as_of() }}
    group by ready.lead_id
),

-- A lead that has an owner when it becomes ready is seen at once; whoever answers before an owner is shown has seen it.
seen as (
    select
        ready.lead_id,
        ready.ready_at,
        first_touches.touched_at,
        first_touches.channel,
        first_touches.rep_id,
        shown.shown_at,
        least(
            greatest(shown.shown_at, ready.ready_at),
            coalesce(first_touches.touched_at, greatest(shown.shown_at, ready.ready_at))
        ) as visible_at
    from ready
    left join first_touches on ready.lead_id = first_touches.lead_id
    left join shown on ready.lead_id = shown.lead_id
)

select
    lead_id,
    ready_at,
    case when shown_at is not null then visible_at end as visible_at,
    touched_at as first_touch_at,
    channel as first_touch_channel,
    rep_id as first_touch_rep_id,
    cast({{ seconds_between('ready_at', 'touched_at') }} as double) / 60 as response_minutes
from seen
