select leads.*
from marts.rpt_new_best_leads as leads
where
    $owner is null
    or leads.rep_id in (select reps.rep_id from marts.dim_reps as reps where reps.email = $owner)
order by leads.changed_at desc, leads.score desc, leads.lead_id
