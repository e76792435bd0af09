-- What leads did up to the moments to learn from, as int_scoring__signal_features has it for those to score.

{{ signal_features_at(ref('int_learning__moments')) }}
