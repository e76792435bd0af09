{{ config(materialized='view') }}

select
    lead_id,
    change_number,
    changed_at,
    dimension,
    kind,
    line_key,
    feature,
    label,
    earlier_points,
    points,
    difference,
    cause,
    rule_set_hash
from {{ ref('log_lead_score_line_changes') }}
