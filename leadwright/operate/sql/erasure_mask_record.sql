update {prefix}ops.writes as w
set
    record_id = sha256(gone.record_key), lead_id = null, payload_hash = null,
    before_values = null, after_values = null, message = null
from gone
where
    w.crm = gone.crm and w.record_id = gone.record_id
    and rtrim(lower(w.object), 's') = rtrim(gone.object, 's') -- Salesforce's Lead is one of our leads
