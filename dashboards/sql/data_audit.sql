select
    disqualified_by,
    reason_code,
    count(*) as lead_count,
    count(*) filter (is_audit_due) as due_count,
    count(*) filter (is_without_touch) as without_touch_count
from marts.rpt_disqualified
group by disqualified_by, reason_code
order by lead_count desc, reason_code
