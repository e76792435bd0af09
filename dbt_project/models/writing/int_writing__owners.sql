-- The owner of a customer, a lost or a rejected lead is left alone, whatever it is. A rep with several accounts in a CRM
-- is written as the one that is in use.

with accounts as (
    select
        crm,
        rep_id,
        owner_id,
        row_number() over (partition by crm, rep_id order by is_active desc, owner_id) as place
    from {{ ref('int_identity__crm_owners') }}
)

select
    assignments.lead_id,
    accounts.crm,
    accounts.owner_id
from {{ ref('int_routing__assignments') }} as assignments
inner join accounts on assignments.rep_id = accounts.rep_id and accounts.place = 1
left join {{ ref('int_lifecycle__lead_stages') }} as stages on assignments.lead_id = stages.lead_id
where not coalesce(stages.is_closed, false)
