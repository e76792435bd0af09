select
    lead_id,
    segment_id,
    label
from {{ ref('int_segment_members') }}
