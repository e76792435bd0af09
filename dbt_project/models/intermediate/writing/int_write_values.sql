-- What the CRMs should show about each lead, before it is spelled in a CRM's field names.

-- Reps whom our rules had chosen and who have the lead no more, because they let it lie or a person moved it in one
-- CRM: the other CRM, which still shows our choice, follows.
with replaced as (
    select
        earlier.lead_id,
        {{ dbt.listagg('earlier.rep_id', "'/'", 'order by earlier.rep_id') }} as replaced_reps
    from {{ ref('int_assignment_decisions') }} as earlier
    inner join {{ ref('fct_lead_assignments') }} as assignments
        on
            earlier.lead_id = assignments.lead_id
            and (assignments.reason like 'Not answered in time%' or assignments.reason like 'Owner set in %')
            and earlier.rep_id != assignments.rep_id
    where earlier.is_routed
    group by earlier.lead_id
)

select
    scores.lead_id,
    scores.score,
    scores.fit_score,
    scores.intent_score,
    scores.grade,
    scores.play,
    scores.top_reasons as reasons,
    coalesce(assignments.owner_name, 'nobody') as owner,
    assignments.reason as owner_reason,
    assignments.rep_id,
    scores.next_action,
    -- The due time of the latest request; that of an earlier one would call for an answer that was given.
    {{ dbt.date_trunc(
        'second', 'case when returns.lead_id is null then responses.sla_due_at else returns.sla_due_at end'
    ) }} as sla_due_at,
    -- The owner of a customer, a lost or a rejected lead is left alone, whatever it is.
    case when stages.lead_id is null then reps.hubspot_owner_id end as hubspot_owner_id,
    case when stages.lead_id is null then reps.salesforce_user_id end as salesforce_user_id,
    replaced.replaced_reps,
    coalesce(choices.decision not in ('keep', 'empty'), false) as is_decided_anew
from {{ ref('fct_lead_scores') }} as scores
inner join {{ ref('fct_lead_assignments') }} as assignments on scores.lead_id = assignments.lead_id
left join {{ ref('int_owner_choices') }} as choices on scores.lead_id = choices.lead_id
left join {{ ref('fct_lead_responses') }} as responses on scores.lead_id = responses.lead_id
left join {{ ref('fct_lead_returns') }} as returns on scores.lead_id = returns.lead_id and returns.is_latest
left join {{ ref('int_reps') }} as reps on assignments.rep_id = reps.rep_id
left join {{ ref('int_lead_stages') }} as stages
    on scores.lead_id = stages.lead_id and stages.lifecycle_stage in ('customer', 'disqualified', 'lost')
left join replaced on scores.lead_id = replaced.lead_id
