select
    gate_id,
    figure,
    label,
    value,
    comparison,
    threshold,
    is_passed
from marts.rpt_model_gates
where model_id = $model_id
order by place
