-- The rules that hold for an account.

{{ rule_hits(ref('int_account_features'), 'account_id', "dimension = 'account'") }}
