update {prefix}ops.writes as w
set
    record_id = sha256(gone.record_key), lead_id = null, payload_hash = null,
    before_values = null, after_values = null, message = null
from gone
where
    w.crm = gone.crm
    and (
        -- Salesforce's Lead is one of our leads
        (w.record_id = gone.record_id and rtrim(lower(w.object), 's') = rtrim(gone.object, 's'))
        -- a membership is named by the person's record and the list
        or (w.object = 'memberships' and split_part(w.record_id, '/', 1) = gone.record_id)
    )
