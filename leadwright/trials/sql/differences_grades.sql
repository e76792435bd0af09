select b.grade as grade_before, a.grade as grade_after, count(*) as leads
from before.marts.fct_lead_scores as b inner join after.marts.fct_lead_scores as a on a.lead_id = b.lead_id
group by all order by leads desc, grade_before, grade_after
