select dimension, kind, signal_group, rule_id, label, feature, value, points
from intermediate.int_scoring__contributions
where lead_id = $lead_id and as_of = $as_of
order by dimension, kind in ('rule', 'model') desc, points desc, rule_id
