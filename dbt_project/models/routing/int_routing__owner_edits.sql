-- Records whose owner somebody changed after us. Such an edit stands. Either the owner is new since our latest decision
-- and not the one of that decision; or the CRM had stored the owner that we wrote, and shows another one since. Where
-- a CRM does not say when it stored a write, the record must have changed since we looked before the write. Nobody, or a
-- queue, is an edit too, where it came after our latest decision. What `leadwright undo` put back is none: it is whatever
-- stood there before us.

with sightings as (
    select *, row_number() over (partition by record_key order by sighting_number desc) as place
    from {{ ref('log_owner_sightings') }}
),

owner_writes as (
    select
        record_key,
        after_values,
        undone_owner_id,
        restored_owner_id,
        {{ in_utc('crm_updated_at') }} as written_at,
        {{ in_utc('record_changed_at') }} as changed_before,
        {{ in_utc('answered_at') }} as answered_at,
        row_number() over (partition by record_key order by coalesce(crm_updated_at, answered_at) desc) as place
    from {{ ref('unified_owner_writes') }}
),

queues as (
    select crm, owner_id from {{ ref('unified_owners') }} where owner_type = 'queue'
),

decisions as (
    select lead_id, rep_id, assigned_at from {{ ref('int_routing__earlier_decisions') }} where place = 1
),

found as (
    select
        sightings.record_key,
        identities.lead_id,
        sightings.crm,
        sightings.owner_id,
        owners.rep_id,
        coalesce(sightings.changed_at, modified.modified_at) as changed_at,
        sightings.owner_id = '' or queues.owner_id is not null as is_emptied,
        decisions.rep_id as decided_rep_id,
        sightings.sighting_number > 1 and sightings.seen_at > decisions.assigned_at as is_new,
        coalesce(
            modified.modified_at >= owner_writes.written_at, modified.modified_at > owner_writes.changed_before
        )
        and (sightings.owner_id = '' or not {{ json_holds('owner_writes.after_values', 'sightings.owner_id') }})
            as is_rewritten,
        decisions.assigned_at is null or owner_writes.answered_at >= decisions.assigned_at as was_written_last,
        owner_writes.undone_owner_id is not null
        and sightings.owner_id = coalesce(owner_writes.restored_owner_id, '') as is_put_back
    from sightings
    inner join {{ ref('unified_people') }} as modified on sightings.record_key = modified.record_key
    inner join {{ ref('int_identity__records') }} as identities on sightings.record_key = identities.record_key
    left join {{ ref('int_identity__crm_owners') }} as owners
        on sightings.crm = owners.crm and sightings.owner_id = owners.owner_id and owners.has_leads
    left join queues on sightings.crm = queues.crm and sightings.owner_id = queues.owner_id
    left join owner_writes on sightings.record_key = owner_writes.record_key and owner_writes.place = 1
    left join decisions on identities.lead_id = decisions.lead_id
    where sightings.place = 1
)

select record_key, lead_id, crm, owner_id, rep_id, changed_at, is_emptied
from found
where
    not coalesce(is_put_back, false)
    and (
        (is_new and (is_emptied or rep_id != decided_rep_id))
        or (is_rewritten and (was_written_last or not is_emptied))
    )
