select
    model_id,
    outcome_id,
    gate_id,
    figure,
    place,
    label,
    value,
    comparison,
    threshold,
    is_passed
from {{ ref('int_learning__gates') }}
