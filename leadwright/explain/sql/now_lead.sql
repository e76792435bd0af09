select l.*, s.* exclude (lead_id), a.owner_name, a.reason as owner_reason, a.assigned_at
from marts.dim_leads as l
inner join marts.fct_lead_scores as s on s.lead_id = l.lead_id
left join marts.fct_lead_assignments as a on a.lead_id = l.lead_id
where l.lead_id = $lead_id
