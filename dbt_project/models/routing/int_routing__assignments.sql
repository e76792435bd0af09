-- Who has each lead, why (in words and as a code) and since when: what this run decides, or what an earlier one did where
-- that is kept. A lead to be given to somebody else, or handed over, stays where it is while there is nobody else. Where no
-- pool takes a lead, it goes to the owner of last resort; where there is none, it has no owner, and the reason says what is
-- missing. Where an owner was undone, what the CRM shows stays until the rules choose somebody else.

with earlier as (
    select * from {{ ref('int_routing__earlier_decisions') }} where place = 1
),

coded as (
    select
        candidates.lead_id,
        candidates.earlier_decision_number,
        candidates.earlier_rep_id,
        candidates.rep_id,
        systems.label as crm_label,
        earlier_reps.full_name as earlier_name,
        routed.rep_id as routed_rep_id,
        routed.rule_id,
        routed.is_overflow,
        case when routed.is_overflow then 'The first pool is full' else routed.reason end
        || ': fair share among ' || cast(routed.member_count as string)
        || case
            when routed.is_win_rate_told
                then
                    ', won ' || cast(routed.such_won_count as string)
                    || ' of ' || cast(routed.such_closed_count as string) || ' such leads'
            else ''
        end as routed_reason,
        shortage.fallback_rep_id,
        shortage.reason_code as shortage_code,
        shortage.reason as shortage_reason,
        candidates.handover_code,
        candidates.handover_reason,
        case
            when
                candidates.decision = 'hand_over'
                and coalesce(candidates.rep_id, routed.rep_id) is null
                and coalesce(shortage.fallback_rep_id, candidates.earlier_rep_id) = candidates.earlier_rep_id
                then 'keep'
            when candidates.decision = 'reassign' and routed.rep_id is null then 'keep'
            when candidates.decision = 'reopen' and routed.rep_id is null then 'empty'
            when candidates.decision = 'undone' and routed.rep_id is not null
                then case when candidates.rep_id is null then 'route' else 'reassign' end
            else candidates.decision
        end as decision
    from {{ ref('int_routing__owner_candidates') }} as candidates
    left join {{ ref('int_routing__routed_leads') }} as routed on candidates.lead_id = routed.lead_id
    left join {{ ref('int_identity__reps') }} as earlier_reps
        on
            case when candidates.decision = 'undone' then candidates.rep_id else candidates.earlier_rep_id end
            = earlier_reps.rep_id
    left join {{ ref('crm_systems') }} as systems on candidates.owner_crm = systems.crm
    cross join {{ ref('int_routing__shortage') }} as shortage
),

choices as (
    select
        lead_id,
        decision,
        earlier_decision_number,
        case decision
            when 'route' then coalesce(routed_rep_id, fallback_rep_id)
            when 'hand_over' then coalesce(rep_id, routed_rep_id, fallback_rep_id)
            when 'reassign' then routed_rep_id
            when 'reopen' then routed_rep_id
            when 'keep' then earlier_rep_id
            else rep_id
        end as rep_id,
        rule_id,
        case
            when decision = 'leave' then 'closed'
            when decision = 'empty' then 'emptied_by_person'
            when decision = 'undone' then 'undone'
            when decision = 'reopen' then 'routed_after_emptying'
            when decision = 'take' and earlier_rep_id is not null then 'set_by_person'
            when decision = 'take' then 'already_owned'
            when decision = 'account' then 'account_owner'
            when decision = 'reassign' then 'not_answered_in_time'
            when decision = 'hand_over' then handover_code
            when routed_rep_id is not null and is_overflow then 'first_pool_full'
            when routed_rep_id is not null and rule_id is not null then 'rule'
            when routed_rep_id is not null then 'no_rule_fits'
            else shortage_code
        end as reason_code,
        case
            when decision = 'leave' then 'Closed without an owner: left as it is'
            when decision = 'empty'
                then 'Emptied in ' || crm_label || ' by a person: nobody until it asks for something or who takes leads changes'
            when decision = 'undone' then 'Our choice was undone: as it was before, until the rules choose somebody else'
            when decision = 'take' and earlier_rep_id is not null then 'Owner set in ' || crm_label || ' by a person'
            when decision = 'take' then 'Already owned in ' || crm_label
            when decision = 'account' then 'Owner of the account'
            when decision = 'reassign'
                then 'Not answered in time by ' || coalesce(earlier_name, 'the last owner') || '; ' || routed_reason
            when decision = 'hand_over' and rep_id is not null then handover_reason
            when decision = 'hand_over' then handover_reason || '; ' || coalesce(routed_reason, shortage_reason)
            when decision = 'reopen' then 'Emptied in ' || crm_label || ' by a person; ' || routed_reason
            else coalesce(routed_reason, shortage_reason)
        end as reason
    from coded
)

select
    choices.lead_id,
    choices.decision,
    choices.earlier_decision_number,
    choices.rep_id,
    reps.full_name as owner_name,
    coalesce(earlier.reason, choices.reason) as reason,
    coalesce(earlier.reason_code, choices.reason_code) as reason_code,
    case when earlier.lead_id is not null then earlier.rule_id else choices.rule_id end as rule_id,
    case
        when earlier.lead_id is not null then earlier.assigned_at when choices.rep_id is not null then {{ as_of() }}
    end as assigned_at,
    choices.rep_id is not null and coalesce(earlier.is_routed, choices.decision not in ('take', 'undone')) as is_routed,
    choices.decision not in ('keep', 'empty', 'undone') as is_decided_anew
from choices
left join earlier on choices.lead_id = earlier.lead_id and choices.decision = 'keep'
left join {{ ref('int_identity__reps') }} as reps on choices.rep_id = reps.rep_id
