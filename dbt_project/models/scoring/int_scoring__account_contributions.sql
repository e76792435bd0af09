-- The sum of an account's score, line by line. Every account with a lead has a size, so that row stands for its moments.

{{ score_lines(
    ref('int_scoring__account_rule_hits'),
    "(select account_id, as_of from " ~ ref('int_scoring__account_features') ~ " where feature = 'company_people_count')",
    'account_id',
    ['account'],
) }}
