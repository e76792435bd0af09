select
    b.lead_id, leads.full_name, leads.email, leads.company_name, b.score as score_before, a.score as score_after,
    b.grade as grade_before, a.grade as grade_after,
    b.fit_score as fit_before, a.fit_score as fit_after,
    b.intent_score as intent_before, a.intent_score as intent_after,
    b.disqualified_reason as disqualified_before, a.disqualified_reason as disqualified_after
from before.marts.fct_lead_scores as b
inner join after.marts.fct_lead_scores as a on a.lead_id = b.lead_id
left join before.marts.dim_leads as leads on leads.lead_id = b.lead_id
-- who moves; or one lead, who may not
where case when $lead_id is null then b.grade != a.grade else b.lead_id = $lead_id end
order by abs(a.score - b.score) desc, b.lead_id
