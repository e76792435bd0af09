create temp table gone as

with log as (
    select
        *,
        row_number() over (partition by record_key order by decision_number desc) as place
    from memory.log_identity_decisions
),

records as (
    select
        crm,
        object,
        record_id,
        record_key,
        lead_id,
        sha256(record_key) in (select record_hash from noted) as is_gone
    from log
    where place = 1
)

select
    crm,
    object,
    record_id,
    record_key,
    lead_id,
    bool_and(is_gone) over (partition by lead_id) as is_whole_lead
from records
qualify is_gone
