{% set log = earlier_rows('log_assignment_decisions') %}
-- depends_on: {{ ref('routing_policies') }}

-- What earlier runs decided about owners. Whatever the log of decisions is made from reads it here: a ref to the log would
-- be a circle.

{% if log %}
select
    decisions.lead_id,
    decisions.rep_id,
    decisions.decision_number,
    decisions.reason,
    {{ decision_code('decisions') }} as reason_code,
    decisions.rule_id,
    decisions.is_routed,
    decisions.assigned_at,
    row_number() over (partition by decisions.lead_id order by decisions.decision_number desc) as place
from {{ log }} as decisions
{% else %}
select
    cast(null as string) as lead_id,
    cast(null as string) as rep_id,
    0 as decision_number,
    cast(null as string) as reason,
    cast(null as string) as reason_code,
    cast(null as string) as rule_id,
    false as is_routed,
    cast(null as timestamp) as assigned_at,
    cast(1 as bigint) as place
from {{ ref('routing_policies') }}
where 1 = 0
{% endif %}
