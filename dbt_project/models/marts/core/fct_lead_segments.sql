select
    lead_id,
    segment_id,
    label
from {{ ref('int_scoring__segment_members') }}
