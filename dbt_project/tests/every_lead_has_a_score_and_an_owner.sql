-- Leads without a score, or without an owner although somebody could own them.

select leads.lead_id
from {{ ref('dim_leads') }} as leads
left join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
left join {{ ref('fct_lead_assignments') }} as assignments on leads.lead_id = assignments.lead_id
where
    scores.lead_id is null
    or (
        assignments.rep_id is null
        and exists (select 1 from {{ ref('dim_reps') }} where is_active)
    )
