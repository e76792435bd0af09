select
    early.lead_id,
    assignments.owner_name,
    leads.lead_source,
    early.disqualified_at,
    early.touch_count
from {{ ref('int_scoring__early_disqualifications') }} as early
inner join {{ ref('dim_leads') }} as leads on early.lead_id = leads.lead_id
left join {{ ref('fct_lead_assignments') }} as assignments on early.lead_id = assignments.lead_id
