with b as (
    select rep_id, owner_name, count(*) as leads from before.marts.fct_lead_assignments
    where is_routed or rep_id is null group by all
),

a as (
    select rep_id, owner_name, count(*) as leads from after.marts.fct_lead_assignments
    where is_routed or rep_id is null group by all
)

select
    coalesce(b.rep_id, a.rep_id) as rep_id, coalesce(b.owner_name, a.owner_name) as owner_name,
    coalesce(b.leads, 0) as leads_before, coalesce(a.leads, 0) as leads_after
from b
full join a on a.rep_id is not distinct from b.rep_id
order by greatest(coalesce(b.leads, 0), coalesce(a.leads, 0)) desc, owner_name
