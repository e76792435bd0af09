-- The owner of every lead with the reason in words, as it would be decided now. A lead to be given to somebody else stays
-- where it is while there is nobody else. The fallback is the first who is not on leave; where all are, the first.

with candidates as (
    select * from {{ ref('int_owner_candidates') }}
),

fallbacks as (
    select rep_id
    from (
        select
            reps.rep_id,
            row_number() over (
                order by
                    case when availability.is_on_leave then 1 else 0 end,
                    fallback.place,
                    reps.full_name,
                    reps.rep_id
            ) as place
        from {{ ref('routing_fallback') }} as fallback
        inner join {{ ref('int_reps') }} as reps
            on reps.is_active and (fallback.email_pattern = '*' or lower(fallback.email_pattern) = reps.email)
        inner join {{ ref('int_rep_availability') }} as availability on reps.rep_id = availability.rep_id
    ) as ranked
    where place = 1
),

everyone as (
    select
        count(*) as member_count,
        {{ counted('not is_on_leave') }} as present_count
    from {{ ref('int_pool_members') }}
    where pool = 'everyone'
)

select
    candidates.lead_id,
    case
        when candidates.decision = 'reassign' and routed.rep_id is null then 'keep' else candidates.decision
    end as decision,
    candidates.earlier_decision_number,
    case candidates.decision
        when 'route' then coalesce(routed.rep_id, fallbacks.rep_id)
        when 'reassign' then coalesce(routed.rep_id, candidates.earlier_rep_id)
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
                case
                    when candidates.decision = 'reassign'
                        then 'Not answered in time by ' || coalesce(earlier_reps.full_name, 'the last owner') || '; '
                    else ''
                end
                || case when routed.is_overflow then 'The first pool is full' else routed.reason end
                || ': fair share among ' || cast(routed.member_count as string)
                || ', wins ' || cast(cast(round(100 * routed.win_rate, 0) as integer) as string) || '% of such leads'
        when fallbacks.rep_id is not null
            then
                case
                    when everyone.member_count = 0 then 'Nobody takes leads'
                    when everyone.present_count = 0 then 'Everybody is on leave'
                    else 'Nobody has room'
                end
                || ': fallback owner'
        else 'There is no active rep'
    end as reason
from candidates
left join {{ ref('int_routed_leads') }} as routed on candidates.lead_id = routed.lead_id
left join {{ ref('int_reps') }} as earlier_reps on candidates.earlier_rep_id = earlier_reps.rep_id
left join fallbacks on 1 = 1
cross join everyone
