select
    grades.fit_band,
    grades.intent_band,
    grades.grade,
    scale.colour,
    grades.play,
    grades.next_action,
    count(scores.lead_id) as lead_count,
    {{ counted('leads.is_open') }} as open_lead_count
from {{ ref('grades') }} as grades
inner join {{ ref('grade_scale') }} as scale on grades.grade = scale.grade
left join {{ ref('fct_lead_scores') }} as scores
    on grades.fit_band = scores.fit_band and grades.intent_band = scores.intent_band
left join {{ ref('dim_leads') }} as leads on scores.lead_id = leads.lead_id
group by grades.fit_band, grades.intent_band, grades.grade, scale.colour, grades.play, grades.next_action
