-- Grades as they are, with what became of the leads.
select
    scale.grade,
    count(scores.lead_id) as leads,
    count(*) filter (where leads.is_open) as open_leads,
    count(*) filter (where leads.is_won) as won
from seeds.grade_scale as scale
left join marts.fct_lead_scores as scores on scale.grade = scores.grade
left join marts.dim_leads as leads on scores.lead_id = leads.lead_id
group by scale.grade, scale.place
order by scale.place
