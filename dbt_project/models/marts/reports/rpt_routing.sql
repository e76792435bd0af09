-- One row: how often a rep whom our rules chose was replaced afterwards. A decision is mature when it is two weeks old;
-- younger ones may still be changed and do not count for the accuracy.

with decisions as (
    select
        *,
        {{ days_between('assigned_at', as_of()) }} >= 14 as is_mature,
        lead(reason) over (partition by lead_id order by decision_number) as next_reason
    from {{ ref('int_assignment_decisions') }}
)

select
    {{ counted('is_routed') }} as routed_count,
    {{ counted("is_routed and next_reason like 'Owner set in%'") }} as replaced_count,
    {{ counted("is_routed and next_reason is not null and next_reason not like 'Owner set in%' and next_reason not like 'Not answered in time%'") }}
        as rerouted_count,
    {{ counted("is_routed and next_reason like 'Not answered in time%'") }} as reassigned_count,
    {{ counted("is_routed and rule_id is not null") }} as routed_by_rule_count,
    {{ counted("is_routed and reason like 'Nobody has room%'") }} as fallback_count,
    {{ counted('is_routed and is_mature') }} as mature_count,
    {{ counted('is_routed and is_mature and next_reason is null') }} as mature_kept_count,
    cast({{ counted('is_routed and is_mature and next_reason is null') }} as double)
    / nullif({{ counted('is_routed and is_mature') }}, 0) as accuracy_share
from decisions
