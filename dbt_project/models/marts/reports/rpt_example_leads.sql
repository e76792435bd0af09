with placed as (
    select
        *,
        row_number() over (partition by grade order by score desc, lead_id) as place
    from {{ ref('fct_lead_scores') }}
)

select
    scores.grade,
    scores.lead_id,
    leads.full_name,
    leads.email,
    leads.company_name,
    scores.score,
    scores.top_reasons,
    assignments.owner_name,
    assignments.reason as owner_reason
from placed as scores
inner join {{ ref('dim_leads') }} as leads on scores.lead_id = leads.lead_id
left join {{ ref('fct_lead_assignments') }} as assignments on scores.lead_id = assignments.lead_id
where scores.place = 1
