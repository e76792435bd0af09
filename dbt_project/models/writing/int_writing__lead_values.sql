-- What the CRMs should show about each lead that the roll-out lets them be told of, before it is spelled in a CRM's field
-- names.

-- Reps whom our rules had chosen and who have the lead no more, because they let it lie or a person moved it in one
-- CRM: the other CRM, which still shows our choice, follows. Whoever is away has it no more, whoever had chosen him.
with replaced as (
    select
        earlier.lead_id,
        {{ dbt.listagg('earlier.rep_id', "'/'", 'order by earlier.rep_id') }} as replaced_reps
    from {{ ref('int_routing__earlier_decisions') }} as earlier
    inner join {{ ref('int_routing__assignments') }} as assignments
        on
            earlier.lead_id = assignments.lead_id
            and earlier.rep_id != assignments.rep_id
            and (
                (earlier.is_routed and assignments.reason_code in ('not_answered_in_time', 'set_by_person'))
                or assignments.reason_code in {{ handover_codes() }}
            )
    group by earlier.lead_id
),

segments as (
    select lead_id, {{ dbt.listagg('label', "'; '", 'order by label') }} as segments
    from {{ ref('int_scoring__segment_members') }}
    group by lead_id
),

lead_accounts as (
    select
        accounts.lead_id,
        scores.account_score,
        scores.account_grade,
        kept_back.account_id is not null as is_kept_back
    from {{ ref('int_accounts__of_leads') }} as accounts
    inner join {{ ref('int_scoring__account_scores') }} as scores on accounts.account_id = scores.account_id
    left join {{ ref('int_writing__accounts_kept_back') }} as kept_back on accounts.account_id = kept_back.account_id
    where accounts.place = 1
)

select
    scores.lead_id,
    scores.score,
    scores.fit_score,
    scores.intent_score,
    scores.grade,
    actions.play,
    reasons.top_reasons as reasons,
    -- A field is never emptied, so who left the last segment, or has no account, says so. Null leaves it as it is.
    coalesce(segments.segments, 'none') as segments,
    case when not coalesce(lead_accounts.is_kept_back, false) then coalesce(lead_accounts.account_score, 0) end
        as account_score,
    case when not coalesce(lead_accounts.is_kept_back, false) then coalesce(lead_accounts.account_grade, 'none') end
        as account_grade,
    -- Where an owner was undone, what stands there from before is left alone.
    case when assignments.decision = 'undone' then null else coalesce(assignments.owner_name, 'nobody') end as owner,
    case when assignments.decision = 'undone' then null else assignments.reason end as owner_reason,
    assignments.rep_id,
    actions.next_action,
    requests.sla_due_at,
    requests.sla_status,
    replaced.replaced_reps,
    assignments.is_decided_anew
from {{ ref('int_scoring__scores') }} as scores
inner join {{ ref('int_scoring__next_actions') }} as actions on scores.lead_id = actions.lead_id and scores.as_of = actions.as_of
inner join {{ ref('int_scoring__top_reasons') }} as reasons on scores.lead_id = reasons.lead_id and scores.as_of = reasons.as_of
inner join {{ ref('int_routing__assignments') }} as assignments on scores.lead_id = assignments.lead_id
inner join {{ ref('int_writing__rollout') }} as rollout on scores.lead_id = rollout.lead_id
left join {{ ref('int_writing__latest_requests') }} as requests on scores.lead_id = requests.lead_id
left join segments on scores.lead_id = segments.lead_id
left join lead_accounts on scores.lead_id = lead_accounts.lead_id
left join replaced on scores.lead_id = replaced.lead_id
where scores.is_current and rollout.is_sent
