select set_number, rule_set_hash, live_from from marts.fct_rule_sets
where live_from <= $moment order by set_number desc limit 1
