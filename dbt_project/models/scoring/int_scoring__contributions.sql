-- The sum of a lead's score, line by line.

{{ score_lines(ref('int_scoring__rule_hits'), ref('int_scoring__moments'), 'lead_id', ['fit', 'intent']) }}
