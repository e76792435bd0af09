select changed_at, subject, earlier_value, value, cause, reason, rule_set_hash
from marts.fct_lead_changes
where lead_id in ($lead_id, $logged_as) and changed_at > $begins_at and changed_at <= $ends_at
order by changed_at, subject
