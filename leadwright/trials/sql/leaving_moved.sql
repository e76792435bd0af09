select
    assignments.lead_id, leads.full_name, leads.email, leads.company_name, scores.score, scores.grade,
    assignments.owner_name, assignments.reason
from intermediate.int_routing__owner_candidates as candidates
inner join marts.fct_lead_assignments as assignments on candidates.lead_id = assignments.lead_id
inner join marts.dim_leads as leads on candidates.lead_id = leads.lead_id
inner join marts.fct_lead_scores as scores on candidates.lead_id = scores.lead_id
where
    candidates.decision = 'hand_over'
    and $rep_id in (candidates.earlier_rep_id, candidates.crm_rep_id)
    and assignments.rep_id != $rep_id
order by scores.score desc, assignments.lead_id
