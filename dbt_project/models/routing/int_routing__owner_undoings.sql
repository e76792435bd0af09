-- Leads whose present owner by our rules was undone (`leadwright undo`), in a record of theirs. The decision is void, and
-- what the CRM shows is neither a person's edit nor a choice of ours.

with owner_writes as (
    select
        *,
        {{ in_utc('answered_at') }} as written_at,
        row_number() over (partition by record_key order by coalesce(crm_updated_at, answered_at) desc) as place
    from {{ ref('unified_owner_writes') }}
),

decisions as (
    select lead_id, rep_id, reason_code, assigned_at from {{ ref('int_routing__earlier_decisions') }} where place = 1
),

had as (
    select lead_id, {{ dbt.listagg('rep_id', "'/'", 'order by rep_id') }} as had_by
    from {{ ref('int_routing__earlier_decisions') }}
    where is_routed and place > 1
    group by lead_id
),

found as (
    select
        identities.lead_id,
        decisions.rep_id,
        decisions.reason_code,
        owner_writes.written_at,
        row_number() over (
            partition by identities.lead_id order by owner_writes.written_at desc, owner_writes.record_key
        ) as place
    from owner_writes
    inner join {{ ref('int_identity__records') }} as identities on owner_writes.record_key = identities.record_key
    inner join decisions on identities.lead_id = decisions.lead_id and owner_writes.written_at >= decisions.assigned_at
    inner join {{ ref('int_identity__crm_owners') }} as owners
        on
            owner_writes.crm = owners.crm
            and owner_writes.undone_owner_id = owners.owner_id
            and decisions.rep_id = owners.rep_id
    where owner_writes.place = 1 and not owner_writes.is_lifted
)

select
    found.lead_id,
    found.rep_id,
    found.reason_code,
    found.written_at as undone_at,
    coalesce(had.had_by, '') as had_by,
    found.rep_id || '/' || coalesce(had.had_by, '') as undone_reps
from found
left join had on found.lead_id = had.lead_id
where found.place = 1
