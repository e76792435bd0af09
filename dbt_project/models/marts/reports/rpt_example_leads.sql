-- The best open lead of each grade: nobody acts on the score of a customer or of a lead that was rejected, lost or sent back to marketing.

with placed as (
    select
        scores.*,
        leads.full_name,
        leads.email,
        leads.company_name,
        row_number() over (partition by scores.grade order by scores.score desc, scores.lead_id) as place
    from {{ ref('fct_lead_scores') }} as scores
    inner join {{ ref('dim_leads') }} as leads on scores.lead_id = leads.lead_id
    where leads.is_open
)

select
    placed.grade,
    placed.lead_id,
    placed.full_name,
    placed.email,
    placed.company_name,
    placed.score,
    placed.top_reasons,
    assignments.owner_name,
    assignments.reason as owner_reason
from placed
left join {{ ref('fct_lead_assignments') }} as assignments on placed.lead_id = assignments.lead_id
where placed.place = 1
