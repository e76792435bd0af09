select
    lead_id,
    current_lead_id,
    is_merged,
    given_at
from {{ ref('int_identity__lead_ids') }}
