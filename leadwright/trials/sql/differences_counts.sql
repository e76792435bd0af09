select
    count(*) as leads,
    count(*) filter (a.fit_score != b.fit_score or a.intent_score != b.intent_score) as rescored,
    any_value(b.rule_set_hash) as hash_before, any_value(a.rule_set_hash) as hash_after
from before.marts.fct_lead_scores as b inner join after.marts.fct_lead_scores as a on a.lead_id = b.lead_id
