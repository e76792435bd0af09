select changed_at, cause, fit_score, intent_score, score, grade, play, rule_set_hash
from marts.fct_lead_score_history
where lead_id = $lead_id and changed_at <= $moment
order by change_number desc limit 1
