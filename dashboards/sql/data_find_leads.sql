with records as (
    select
        lead_id,
        min_by(record_id, record_key) as record_id
    from marts.dim_crm_records
    where not is_deleted
    group by lead_id
)

select
    leads.lead_id,
    leads.full_name,
    leads.email,
    leads.company_name,
    scores.grade,
    scores.score,
    leads.lifecycle_stage,
    records.record_id
from marts.dim_leads as leads
inner join marts.fct_lead_scores as scores on leads.lead_id = scores.lead_id
left join records on leads.lead_id = records.lead_id
where
    case
        when $wanted = '' then leads.is_open
        else
            contains(lower(coalesce(leads.full_name, '')), $wanted)
            or contains(lower(coalesce(leads.email, '')), $wanted)
            or lower(leads.lead_id) = $wanted
            or leads.lead_id in (select lead_id from marts.dim_crm_records where lower(record_id) = $wanted)
    end
    and (
        $owner is null
        or leads.lead_id in (
            select assignments.lead_id
            from marts.fct_lead_assignments as assignments
            inner join marts.dim_reps as reps on assignments.rep_id = reps.rep_id
            where reps.email = $owner
        )
    )
order by scores.score desc, leads.lead_id
limit $at_most
