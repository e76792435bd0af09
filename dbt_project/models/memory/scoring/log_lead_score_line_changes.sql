-- A log: when a lead's fit or intent score is another than in its last entry, the lines of the sum that differ, each
-- with its cause.

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
from {{ ref('int_scoring__line_changes') }}
