-- One row per rep: accounts in two CRMs with the same e-mail address are one person's. Queues and users without a
-- person's licence own nothing that is routed. In each CRM the account that works speaks, else the one with the lowest id.

with accounts as (
    select
        owners.crm,
        owners.owner_id,
        owners.email,
        owners.full_name,
        owners.is_active,
        coalesce(owners.email, concat(owners.crm, ':', owners.owner_id)) as rep_key,
        precedence.place as precedence,
        row_number() over (
            partition by owners.crm, coalesce(owners.email, owners.owner_id)
            order by owners.is_active desc, owners.owner_id
        ) as place
    from {{ ref('unified_owners') }} as owners
    left join {{ ref('unified_record_precedence') }} as precedence
        on
            precedence.kind = 'owners'
            and owners.crm = precedence.crm
            and owners.object = precedence.object
    where owners.owner_type = 'person'
),

reps as (
    select
        rep_key,
        max(email) as email,
        {{ first_stated('full_name', 'precedence') }} as full_name,
        min(case when is_active then 1 else 0 end) = 1 as is_active
    from accounts
    where place = 1
    group by rep_key
)

select
    {{ dbt.hash('reps.rep_key') }} as rep_id,
    reps.email,
    coalesce(reps.full_name, reps.rep_key) as full_name,
    -- Somebody who left one CRM is not sent new leads by the other.
    reps.is_active,
    routed_from.email is not null as is_routed_from
from reps
left join {{ ref('routing_from') }} as routed_from on reps.rep_key = lower(routed_from.email)
