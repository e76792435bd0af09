-- Leads that a person or a rule has ruled out: nobody should be before at least one touch by a person. The queue for
-- the quarterly audit.

with touches as (
    select lead_id, count(*) as touch_count, max(touched_at) as last_touch_at
    from {{ ref('fct_lead_touches') }}
    group by lead_id
)

select
    leads.lead_id,
    case when leads.lifecycle_stage = 'disqualified' then 'a person' else 'a rule' end as disqualified_by,
    scores.disqualified_reason,
    scores.score,
    assignments.owner_name,
    coalesce(touches.touch_count, 0) as touch_count,
    touches.last_touch_at,
    leads.lifecycle_stage = 'disqualified' and touches.touch_count is null as is_without_touch
from {{ ref('dim_leads') }} as leads
inner join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
left join {{ ref('fct_lead_assignments') }} as assignments on leads.lead_id = assignments.lead_id
left join touches on leads.lead_id = touches.lead_id
where leads.lifecycle_stage = 'disqualified' or scores.disqualified_reason is not null
