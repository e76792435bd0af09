-- The sum of a lead's score, line by line.

{{ score_lines(ref('int_rule_hits'), ref('int_scoring_moments'), 'lead_id', ['fit', 'intent']) }}
