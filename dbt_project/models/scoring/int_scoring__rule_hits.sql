-- The rules that hold for a lead.

{{ rule_hits(ref('int_scoring__features'), 'lead_id', "dimension != 'account'") }}
