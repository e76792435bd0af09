-- Which rep an owner id of a CRM stands for; a rep with two accounts in one CRM has two rows. Who was made anew under his
-- address is the same person: the leads of his old account are his. A login of routing_from has none.

with accounts as (
    select
        owners.crm,
        owners.owner_id,
        reps.rep_id,
        reps.full_name,
        owners.is_active,
        reps.is_routed_from
    from {{ ref('unified_owners') }} as owners
    inner join {{ ref('int_identity__reps') }} as reps
        on {{ dbt.hash("coalesce(owners.email, concat(owners.crm, ':', owners.owner_id))") }} = reps.rep_id
    where owners.owner_type = 'person'
)

select
    crm,
    owner_id,
    rep_id,
    full_name,
    is_active,
    not is_routed_from
    and max(case when is_active then 1 else 0 end) over (partition by crm, rep_id) = 1 as has_leads,
    -- the account that gets his leads
    row_number() over (partition by crm, rep_id order by is_active desc, owner_id) as place
from accounts
