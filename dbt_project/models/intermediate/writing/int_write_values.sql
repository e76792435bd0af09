-- What the CRMs should show about each lead, before it is spelled in a CRM's field names.

-- Reps whom our rules had chosen and who have the lead no more, because they let it lie or a person moved it in one
-- CRM: the other CRM, which still shows our choice, follows.
with replaced as (
    select
        earlier.lead_id,
        {{ dbt.listagg('earlier.rep_id', "'/'", 'order by earlier.rep_id') }} as replaced_reps
    from {{ ref('int_earlier_decisions') }} as earlier
    inner join {{ ref('fct_lead_assignments') }} as assignments
        on
            earlier.lead_id = assignments.lead_id
            and assignments.reason_code in ('not_answered_in_time', 'set_by_person')
            and earlier.rep_id != assignments.rep_id
    where earlier.is_routed
    group by earlier.lead_id
),

-- The latest request of each lead: the due time of an earlier one would call for an answer that was given.
requests as (
    select lead_id, false as is_return, sla_due_at, first_touch_at, sla_status
    from {{ ref('fct_lead_responses') }}
    where lead_id not in (select lead_id from {{ ref('fct_lead_returns') }})
    union all
    select lead_id, true as is_return, sla_due_at, first_touch_at, sla_status
    from {{ ref('fct_lead_returns') }}
    where is_latest
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
    {{ dbt.date_trunc('second', 'requests.sla_due_at') }} as sla_due_at,
    -- What has become of that promise, so that a list of overdue leads can be made in the CRM. Nobody is late with a lead
    -- that is closed, or that came back when nothing was promised.
    case
        when requests.sla_status = 'kept' then 'met'
        when requests.sla_status = 'broken' and requests.first_touch_at is not null then 'missed'
        when requests.sla_status is not null and stages.lead_id is not null then 'none'
        when requests.sla_status = 'broken' then 'overdue'
        when requests.sla_status = 'running' then 'open'
        when requests.is_return then 'none'
    end as sla_status,
    -- The owner of a customer, a lost or a rejected lead is left alone, whatever it is.
    case when stages.lead_id is null then reps.hubspot_owner_id end as hubspot_owner_id,
    case when stages.lead_id is null then reps.salesforce_user_id end as salesforce_user_id,
    replaced.replaced_reps,
    coalesce(choices.decision not in ('keep', 'empty'), false) as is_decided_anew
from {{ ref('fct_lead_scores') }} as scores
inner join {{ ref('fct_lead_assignments') }} as assignments on scores.lead_id = assignments.lead_id
left join {{ ref('int_owner_choices') }} as choices on scores.lead_id = choices.lead_id
left join requests on scores.lead_id = requests.lead_id
left join {{ ref('int_reps') }} as reps on assignments.rep_id = reps.rep_id
left join {{ ref('int_lead_stages') }} as stages
    on scores.lead_id = stages.lead_id and stages.is_closed
left join replaced on scores.lead_id = replaced.lead_id
