-- Leads that reached the best grade within the last week, newest first, and whether anybody has been in touch since. What the
-- first run found is where a lead began, not a rise.

with best as (
    select grade from {{ ref('grade_scale') }} where stands_for = 'best'
),

reached as (
    select
        history.lead_id,
        history.grade,
        history.earlier_grade,
        history.changed_at,
        row_number() over (partition by history.lead_id order by history.change_number desc) as turn
    from {{ ref('fct_lead_score_history') }} as history
    where
        history.grade in (select grade from best)
        and (history.earlier_grade is null or history.earlier_grade not in (select grade from best))
        and history.changed_at > {{ dbt.dateadd('day', -7, as_of()) }}
),

touched as (
    select
        reached.lead_id,
        min(touches.touched_at) as touched_at
    from reached
    inner join {{ ref('fct_lead_touches') }} as touches
        on reached.lead_id = touches.lead_id and touches.touched_at >= reached.changed_at
    where reached.turn = 1
    group by reached.lead_id
)

select
    reached.lead_id,
    leads.full_name,
    leads.company_name,
    assignments.rep_id,
    assignments.owner_name,
    reached.earlier_grade,
    reached.grade,
    reached.changed_at,
    scores.score,
    scores.top_reasons,
    touched.touched_at
from reached
inner join {{ ref('dim_leads') }} as leads on reached.lead_id = leads.lead_id
inner join {{ ref('fct_lead_scores') }} as scores
    on reached.lead_id = scores.lead_id and reached.grade = scores.grade
left join {{ ref('fct_lead_assignments') }} as assignments on reached.lead_id = assignments.lead_id
left join touched on reached.lead_id = touched.lead_id
where
    reached.turn = 1
    and leads.is_open
    and (reached.earlier_grade is not null or leads.created_at > {{ dbt.dateadd('day', -7, as_of()) }})
