{{ config(materialized='view') }}

-- Everything about a lead that a rep sees and that changed: the logs of score, grade, segments and owner as one. An
-- owner who came with the records of a merge or left with those of a split was set by nobody on that day.

with rule_sets as (
    select
        set_number,
        rule_set_hash,
        live_from,
        lead(live_from) over (order by set_number) as live_to
    from (select distinct set_number, rule_set_hash, live_from from {{ ref('fct_rule_sets') }}) as sets
),

scores as (
    select * from {{ ref('fct_lead_score_history') }}
),

joined as (
    select lead_id, decided_at from {{ ref('log_identity_decisions') }} where method in ('merge', 'split')
    union
    select previous_lead_id as lead_id, decided_at
    from {{ ref('log_identity_decisions') }}
    where method in ('merge', 'split')
),

decisions as (
    select
        decisions.*,
        joined.lead_id is not null as is_joined,
        reps.full_name as owner_name,
        lag(reps.full_name) over (
            partition by decisions.lead_id order by decisions.decision_number
        ) as earlier_owner_name
    from {{ ref('log_assignment_decisions') }} as decisions
    left join {{ ref('int_identity__reps') }} as reps on decisions.rep_id = reps.rep_id
    left join joined on decisions.lead_id = joined.lead_id and decisions.assigned_at = joined.decided_at
),

changes as (
    select
        lead_id,
        changed_at,
        'score' as subject,
        cast(earlier_score as string) as earlier_value,
        cast(score as string) as value,
        cause,
        cast(null as string) as reason
    from scores
    where earlier_score is null or earlier_score != score
    union all
    select
        lead_id, changed_at, 'grade' as subject, earlier_grade as earlier_value, grade as value, grade_cause as cause,
        play as reason
    from scores
    where earlier_grade is null or earlier_grade != grade
    union all
    select
        lead_id,
        changed_at,
        'segment' as subject,
        case when not is_member then segment_id end as earlier_value,
        case when is_member then segment_id end as value,
        cause,
        cast(null as string) as reason
    from {{ ref('fct_lead_segment_changes') }}
    union all
    select
        lead_id,
        assigned_at as changed_at,
        'owner' as subject,
        earlier_owner_name as earlier_value,
        owner_name as value,
        case
            when decision_number = 1 then 'first owner'
            when is_routed then 'routing'
            when is_joined then 'data fix'
            else 'person'
        end as cause,
        reason
    from decisions
)

select
    changes.lead_id,
    changes.changed_at,
    changes.subject,
    changes.earlier_value,
    changes.value,
    changes.cause,
    changes.reason,
    rule_sets.rule_set_hash
from changes
left join rule_sets
    on
        rule_sets.live_from <= changes.changed_at
        and (rule_sets.live_to is null or changes.changed_at < rule_sets.live_to)
