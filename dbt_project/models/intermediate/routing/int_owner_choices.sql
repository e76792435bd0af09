-- The owner of every lead with the reason, in words and as a code, as it would be decided now. A lead to be given to
-- somebody else stays where it is while there is nobody else. The fallback is the first who is not on leave; where all
-- are, the first. Where there is none, the lead has no owner, and the reason says what is missing.

with candidates as (
    select * from {{ ref('int_owner_candidates') }}
),

fallbacks as (
    select rep_id
    from (
        select
            takers.rep_id,
            row_number() over (
                order by
                    case when availability.is_on_leave then 1 else 0 end,
                    takers.fallback_place,
                    takers.full_name,
                    takers.rep_id
            ) as place
        from {{ ref('int_lead_takers') }} as takers
        inner join {{ ref('int_rep_availability') }} as availability on takers.rep_id = availability.rep_id
        where takers.pool is null
    ) as ranked
    where place = 1
),

pools as (
    select
        count(*) as member_count,
        {{ counted("pool = 'everyone'") }} as everyone_count,
        {{ counted("pool = 'everyone' and not is_on_leave") }} as present_count
    from {{ ref('int_pool_members') }}
),

coded as (
    select
        candidates.*,
        routed.rep_id as routed_rep_id,
        routed.rule_id,
        routed.reason as rule_reason,
        routed.member_count,
        routed.is_overflow,
        routed.is_win_rate_told,
        routed.such_won_count,
        routed.such_closed_count,
        fallbacks.rep_id as fallback_rep_id,
        case
            when pools.member_count = 0 and fallbacks.rep_id is null then 'nobody_takes_leads'
            when pools.everyone_count = 0 then 'pool_is_empty'
            when pools.present_count = 0 then 'all_on_leave'
            else 'all_full'
        end as shortage,
        case
            when candidates.decision = 'reassign' and routed.rep_id is null then 'keep'
            when candidates.decision = 'reopen' and routed.rep_id is null then 'empty'
            else candidates.decision
        end as final_decision
    from candidates
    left join {{ ref('int_routed_leads') }} as routed on candidates.lead_id = routed.lead_id
    left join fallbacks on 1 = 1
    cross join pools
)

select
    coded.lead_id,
    coded.final_decision as decision,
    coded.earlier_decision_number,
    case coded.final_decision
        when 'route' then coalesce(coded.routed_rep_id, coded.fallback_rep_id)
        when 'reassign' then coded.routed_rep_id
        when 'reopen' then coded.routed_rep_id
        when 'keep' then coded.earlier_rep_id
        else coded.rep_id
    end as rep_id,
    coded.rule_id,
    case
        when coded.final_decision = 'keep' then 'kept'
        when coded.final_decision = 'leave' then 'closed'
        when coded.final_decision = 'empty' then 'emptied_by_person'
        when coded.final_decision = 'reopen' then 'routed_after_emptying'
        when coded.final_decision = 'take' and coded.earlier_rep_id is not null then 'set_by_person'
        when coded.final_decision = 'take' then 'already_owned'
        when coded.final_decision = 'account' then 'account_owner'
        when coded.final_decision = 'reassign' then 'not_answered_in_time'
        when coded.routed_rep_id is not null and coded.is_overflow then 'first_pool_full'
        when coded.routed_rep_id is not null and coded.rule_id is not null then 'rule'
        when coded.routed_rep_id is not null then 'no_rule_fits'
        when coded.fallback_rep_id is not null then 'fallback'
        else coded.shortage
    end as reason_code,
    case
        when coded.final_decision = 'keep' then 'As decided before'
        when coded.final_decision = 'leave' then 'Closed without an owner: left as it is'
        when coded.final_decision = 'empty'
            then 'Emptied in ' || coded.owner_crm || ' by a person: nobody until it asks for something or who takes leads changes'
        when coded.final_decision = 'take' and coded.earlier_rep_id is not null
            then 'Owner set in ' || coded.owner_crm || ' by a person'
        when coded.final_decision = 'take' then 'Already owned in ' || coded.owner_crm
        when coded.final_decision = 'account' then 'Owner of the account'
        when coded.routed_rep_id is not null
            then
                case
                    when coded.final_decision = 'reassign'
                        then 'Not answered in time by ' || coalesce(earlier_reps.full_name, 'the last owner') || '; '
                    when coded.final_decision = 'reopen' then 'Emptied in ' || coded.owner_crm || ' by a person; '
                    else ''
                end
                || case when coded.is_overflow then 'The first pool is full' else coded.rule_reason end
                || ': fair share among ' || cast(coded.member_count as string)
                || case
                    when coded.is_win_rate_told
                        then
                            ', won ' || cast(coded.such_won_count as string)
                            || ' of ' || cast(coded.such_closed_count as string) || ' such leads'
                    else ''
                end
        else
            case coded.shortage
                when 'nobody_takes_leads' then 'Nobody takes leads: routing_pool.csv names no active rep'
                when 'pool_is_empty' then 'Nobody is in the pool everyone'
                when 'all_on_leave' then 'Everybody is on leave'
                else 'Nobody has room'
            end
            || case
                when coded.fallback_rep_id is not null then ': fallback owner'
                when coded.shortage != 'nobody_takes_leads' then ', and routing_fallback.csv names nobody'
                else ', nor does routing_fallback.csv'
            end
    end as reason
from coded
left join {{ ref('int_reps') }} as earlier_reps on coded.earlier_rep_id = earlier_reps.rep_id
