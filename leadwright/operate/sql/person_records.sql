create temp table gone as
with log as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place,
        min(decided_at) over (partition by record_key) as known_since
    from memory.log_identity_decisions
)

select crm, object, record_id, record_key, lead_id, known_since, true as is_whole_lead
from log
where place = 1 and lead_id = $lead_id
