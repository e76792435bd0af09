select
    lead_id,
    dimension,
    kind,
    rule_id,
    signal_group,
    feature,
    value,
    points,
    label
from {{ ref('int_scoring__current_contributions') }}
