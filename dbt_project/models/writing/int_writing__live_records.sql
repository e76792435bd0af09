select
    crm,
    lead_id,
    record_id,
    row_number() over (
        partition by lead_id, crm order by coalesce(precedence, 1000), place, record_key
    ) as place
from {{ ref('int_identity__records') }}
where not is_deleted and not is_converted
