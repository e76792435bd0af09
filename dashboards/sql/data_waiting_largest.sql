select
    planned.lead_id,
    coalesce(leads.full_name, leads.email, planned.lead_id) as lead_name,
    min(planned.crm) as crm,
    min(planned.grade_before) as grade_before,
    min(planned.grade_after) as grade_after,
    min(planned.score_before) as score_before,
    min(planned.score_after) as score_after
from ops.planned_changes as planned
inner join marts.dim_leads as leads on planned.lead_id = leads.lead_id
where planned.run_id = $run_id and (planned.score_after is not null or planned.grade_after is not null)
group by planned.lead_id, lead_name
order by
    max(abs(coalesce(planned.score_after - planned.score_before, 0))) desc,
    max(planned.score_after) desc nulls last,
    planned.lead_id
limit $most
