-- The rows of the gates that are closed: one of several rows is enough to open a gate.
with closed as (
    select gate_id
    from marts.rpt_model_gates
    where model_id = $model_id
    group by gate_id
    having not bool_or(is_passed)
)

select
    gates.gate_id,
    gates.label,
    gates.value,
    gates.comparison,
    gates.threshold
from marts.rpt_model_gates as gates
inner join closed on gates.gate_id = closed.gate_id
where gates.model_id = $model_id
order by gates.place
