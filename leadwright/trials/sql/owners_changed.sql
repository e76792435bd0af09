with leads as (
    select l.lead_id, l.full_name, l.email, l.company_name, s.score, s.grade
    from after.marts.dim_leads as l inner join after.marts.fct_lead_scores as s on s.lead_id = l.lead_id
)

select
    leads.lead_id, leads.full_name, leads.email, leads.company_name, leads.score, leads.grade,
    b.owner_name as owner_before, a.owner_name as owner_after,
    b.reason as reason_before, a.reason as reason_after
from before.marts.fct_lead_assignments as b
inner join after.marts.fct_lead_assignments as a on a.lead_id = b.lead_id
inner join leads on leads.lead_id = b.lead_id
where a.rep_id is distinct from b.rep_id
order by leads.score desc, b.lead_id
