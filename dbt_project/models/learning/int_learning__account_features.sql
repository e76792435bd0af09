-- What happened at accounts up to the moments to learn from, as int_scoring__account_features has it for those to score.

{{ account_features_at(ref('int_learning__moments')) }}
