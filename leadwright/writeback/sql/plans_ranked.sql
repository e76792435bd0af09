select p.crm, p.object, p.record_id
from planned as p
left join intermediate.int_writing__lead_values as v on p.lead_id = v.lead_id
left join seeds.grade_scale as s on v.grade = s.grade
order by p.owner_after is null, p.lead_id is null, s.place nulls last, p.crm, p.object, p.record_id
limit $most
