{{ config(materialized='view') }}

select
    lead_id,
    segment_id,
    change_number,
    is_member,
    cause,
    changed_at
from {{ ref('log_lead_segment_changes') }}
