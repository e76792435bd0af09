-- The leads of each week in which some were created (rpt_weekly_trend) by the grade that they have today.

with leads as (
    select
        cast({{ dbt.date_trunc('week', 'leads.created_at') }} as date) as week_start_on,
        scores.grade
    from {{ ref('dim_leads') }} as leads
    inner join {{ ref('fct_lead_scores') }} as scores on leads.lead_id = scores.lead_id
    where leads.created_at is not null
),

weeks as (
    select distinct week_start_on from leads
)

select
    weeks.week_start_on,
    scale.grade,
    scale.place,
    count(leads.grade) as lead_count
from weeks
cross join {{ ref('grade_scale') }} as scale
left join leads on weeks.week_start_on = leads.week_start_on and scale.grade = leads.grade
group by weeks.week_start_on, scale.grade, scale.place
