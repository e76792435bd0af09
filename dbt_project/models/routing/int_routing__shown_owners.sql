-- Whom each CRM shows as the owner of a lead: the owner of the first of its records that names one (record_precedence).
-- An owner who left counts as none, and so does a login of routing_from, unless the lead is closed: closed leads stay with
-- whoever has them.

with stated as (
    select lead_id, crm, {{ first_stated('owner_id', 'precedence') }} as owner_id, min(precedence) as place
    from {{ ref('int_identity__member_records') }}
    where place = 1 and owner_id is not null
    group by lead_id, crm
)

select
    stated.lead_id,
    stated.crm,
    owners.rep_id,
    stated.place
from stated
inner join {{ ref('int_identity__crm_owners') }} as owners on stated.crm = owners.crm and stated.owner_id = owners.owner_id
left join {{ ref('int_lifecycle__lead_stages') }} as stages on stated.lead_id = stages.lead_id
where owners.has_leads or stages.is_closed
