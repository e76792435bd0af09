-- Leads that a person or a rule has ruled out: nobody should be before at least one touch by a person. Each comes back
-- for an audit in the quarter after, and stays in the queue until somebody says that he audited it or moves it to another
-- stage; a rule's verdict is looked at every quarter.

with touches as (
    select lead_id, count(*) as touch_count, min(touched_at) as first_touch_at, max(touched_at) as last_touch_at
    from {{ ref('fct_lead_touches') }}
    group by lead_id
),

hits as (
    select hits.lead_id, min(hits.rule_id) as rule_id
    from {{ ref('int_scoring__rule_hits') }} as hits
    inner join {{ ref('int_scoring__moments') }} as moments
        on hits.lead_id = moments.lead_id and hits.as_of = moments.as_of and moments.is_current
    where hits.dimension = 'disqualify'
    group by hits.lead_id
),

ruled_out as (
    select
        leads.lead_id,
        leads.lifecycle_stage = 'disqualified' as is_by_person,
        case when leads.lifecycle_stage = 'disqualified' then leads.stage_since end as disqualified_at,
        case
            when leads.lifecycle_stage = 'disqualified'
                then coalesce(nullif(leads.stage_reason_code, 'not_said'), notes.reason_code, 'not_said')
            else hits.rule_id
        end as reason_code,
        notes.audited_on,
        cast(
            case
                when leads.lifecycle_stage = 'disqualified'
                    then {{ dbt.dateadd('month', 3, dbt.date_trunc('quarter', 'leads.stage_since')) }}
                else {{ dbt.date_trunc('quarter', as_of()) }}
            end as date
        ) as audit_due_on
    from {{ ref('dim_leads') }} as leads
    left join hits on leads.lead_id = hits.lead_id
    left join {{ ref('int_lifecycle__rejection_notes') }} as notes on leads.lead_id = notes.lead_id
    where leads.lifecycle_stage = 'disqualified' or hits.lead_id is not null
)

select
    ruled_out.lead_id,
    case when ruled_out.is_by_person then 'a person' else 'a rule' end as disqualified_by,
    ruled_out.disqualified_at,
    ruled_out.reason_code,
    scores.disqualified_reason,
    scores.score,
    scores.grade,
    assignments.owner_name,
    coalesce(touches.touch_count, 0) as touch_count,
    touches.last_touch_at,
    ruled_out.is_by_person
    and (touches.lead_id is null or touches.first_touch_at > ruled_out.disqualified_at) as is_without_touch,
    ruled_out.audit_due_on,
    ruled_out.audited_on,
    ruled_out.audit_due_on <= cast({{ as_of() }} as date)
    and coalesce(ruled_out.audited_on < ruled_out.audit_due_on, true) as is_audit_due
from ruled_out
inner join {{ ref('fct_lead_scores') }} as scores on ruled_out.lead_id = scores.lead_id
left join {{ ref('fct_lead_assignments') }} as assignments on ruled_out.lead_id = assignments.lead_id
left join touches on ruled_out.lead_id = touches.lead_id
