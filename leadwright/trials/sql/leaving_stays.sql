select count(*) as lead_count
from marts.fct_lead_assignments as assignments
inner join marts.dim_leads as leads on assignments.lead_id = leads.lead_id
where assignments.rep_id = $rep_id and not leads.is_closed
