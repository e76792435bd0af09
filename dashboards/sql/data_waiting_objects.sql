select
    crm,
    object,
    count(*) as record_count,
    count(*) filter (is_new) as new_count,
    count(*) filter (grade_before != grade_after) as regraded_count,
    count(*) filter (not is_new and score_after is not null) as rescored_count,
    count(*) filter (owner_after is not null) as moved_count
from ops.planned_changes
where run_id = $run_id
group by crm, object
order by record_count desc, crm, object
