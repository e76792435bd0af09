-- The rules that hold for a lead.

{{ rule_hits(ref('int_features'), 'lead_id', "dimension != 'account'") }}
