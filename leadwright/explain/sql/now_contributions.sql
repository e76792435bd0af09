select dimension, kind, signal_group, rule_id, label, feature, value, points
from marts.fct_lead_score_contributions
where lead_id = $lead_id
order by dimension, kind in ('rule', 'model') desc, points desc, rule_id
