-- The owner of a customer, a lost or a rejected lead is left alone, whatever it is.

select
    assignments.lead_id,
    owners.crm,
    owners.owner_id
from {{ ref('int_routing__assignments') }} as assignments
inner join {{ ref('int_identity__crm_owners') }} as owners
    on assignments.rep_id = owners.rep_id and owners.place = 1
left join {{ ref('int_lifecycle__lead_stages') }} as stages on assignments.lead_id = stages.lead_id
where not coalesce(stages.is_closed, false)
