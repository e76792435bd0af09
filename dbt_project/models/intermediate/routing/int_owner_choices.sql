-- The owner of every lead with the reason in words, as it would be decided now.

with candidates as (
    select * from {{ ref('int_owner_candidates') }}
),

fallbacks as (
    select rep_id
    from (
        select
            reps.rep_id,
            row_number() over (order by fallback.place, reps.full_name, reps.rep_id) as place
        from {{ ref('routing_fallback') }} as fallback
        inner join {{ ref('int_reps') }} as reps
            on reps.is_active and (fallback.email_pattern = '*' or lower(fallback.email_pattern) = reps.email)
    ) as ranked
    where place = 1
)

select
    candidates.lead_id,
    candidates.decision,
    candidates.earlier_decision_number,
    case candidates.decision
        when 'keep' then candidates.earlier_rep_id
        when 'take' then candidates.crm_rep_id
        else coalesce(by_rule.rep_id, by_overflow.rep_id, fallbacks.rep_id)
    end as rep_id,
    by_rule.rule_id,
    case
        when candidates.decision = 'take' and candidates.earlier_rep_id is not null
            then 'Owner set in ' || candidates.owner_crm || ' by a person'
        when candidates.decision = 'take' then 'Already owned in ' || candidates.owner_crm
        when by_rule.rep_id is not null
            then by_rule.reason || ': least open work of ' || cast(by_rule.member_count as string)
        when by_overflow.rep_id is not null
            then 'The first pool is full: least open work of ' || cast(by_overflow.member_count as string)
        when fallbacks.rep_id is not null then 'Nobody has room: fallback owner'
        else 'There is no active rep'
    end as reason
from candidates
left join {{ ref('int_routed_by_rule') }} as by_rule on candidates.lead_id = by_rule.lead_id
left join {{ ref('int_routed_by_overflow') }} as by_overflow on candidates.lead_id = by_overflow.lead_id
left join fallbacks on 1 = 1
