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
        when 'route' then coalesce(routed.rep_id, fallbacks.rep_id)
        else candidates.rep_id
    end as rep_id,
    routed.rule_id,
    case
        when candidates.decision = 'take' and candidates.earlier_rep_id is not null
            then 'Owner set in ' || candidates.owner_crm || ' by a person'
        when candidates.decision = 'take' then 'Already owned in ' || candidates.owner_crm
        when candidates.decision = 'account' then 'Owner of the account'
        when routed.rep_id is not null
            then
                case when routed.is_overflow then 'The first pool is full' else routed.reason end
                || ': fair share among ' || cast(routed.member_count as string)
                || ', wins ' || cast(cast(round(100 * routed.win_rate, 0) as integer) as string) || '% of such leads'
        when fallbacks.rep_id is not null then 'Nobody has room: fallback owner'
        else 'There is no active rep'
    end as reason
from candidates
left join {{ ref('int_routed_leads') }} as routed on candidates.lead_id = routed.lead_id
left join fallbacks on 1 = 1
