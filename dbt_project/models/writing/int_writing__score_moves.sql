-- When something else than decay last moved a lead's score. What happened since the last write is to be seen in the CRM;
-- that time has passed is not, until it makes a difference (seed writing_thresholds).

select lead_id, max(changed_at) as moved_at
from {{ ref('log_lead_score_line_changes') }}
where cause != 'decay'
group by lead_id
