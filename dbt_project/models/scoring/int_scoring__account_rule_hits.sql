-- The rules that hold for an account.

{{ rule_hits(ref('int_scoring__account_features'), 'account_id', "dimension = 'account'") }}
