select lead_id, dimension, kind, rule_id, signal_group, label, points
from {side}.marts.fct_lead_score_contributions
where lead_id in (select unnest($lead_ids::varchar[]))
