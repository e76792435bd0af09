-- Who waits for a person, those of the best grade first, of these who was promised an answer. What has been waiting for
-- more than $days is counted, not listed.
select
    calls.*,
    calls.due_at < $moment - to_days($days) as is_old
from marts.rpt_calls as calls
where
    $owner is null
    or calls.rep_id in (select reps.rep_id from marts.dim_reps as reps where reps.email = $owner)
order by calls.grade_place, calls.waits_for = 'follow_up', calls.due_at, calls.lead_id
