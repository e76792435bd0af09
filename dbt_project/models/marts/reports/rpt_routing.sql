-- One row: how often a rep whom our rules chose was replaced by a person.

with decisions as (
    select
        *,
        lead(reason) over (partition by lead_id order by decision_number) as next_reason
    from {{ ref('int_assignment_decisions') }}
)

select
    {{ counted('is_routed') }} as routed_count,
    {{ counted("is_routed and next_reason like 'Owner set in%'") }} as replaced_count,
    {{ counted("is_routed and next_reason is not null and next_reason not like 'Owner set in%'") }} as rerouted_count,
    {{ counted("is_routed and rule_id is not null") }} as routed_by_rule_count,
    {{ counted("is_routed and reason like 'Nobody has room%'") }} as fallback_count
from decisions
