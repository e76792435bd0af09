-- What the company's own fields said at the moments to learn from, as int_scoring__own_features has it for those to score.

{{ own_features_at(ref('int_learning__moments')) }}
