-- How many leads each grade has, with what the pages show of a grade. Grades that nobody has are listed too.

select
    scale.grade,
    scale.place,
    scale.stands_for,
    scale.colour,
    count(scores.lead_id) as lead_count,
    {{ counted('leads.is_open') }} as open_lead_count
from {{ ref('grade_scale') }} as scale
left join {{ ref('fct_lead_scores') }} as scores on scale.grade = scores.grade
left join {{ ref('dim_leads') }} as leads on scores.lead_id = leads.lead_id
group by scale.grade, scale.place, scale.stands_for, scale.colour
