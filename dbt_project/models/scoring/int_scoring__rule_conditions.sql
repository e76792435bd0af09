{{ conditions_of(ref('score_rules')) }}
