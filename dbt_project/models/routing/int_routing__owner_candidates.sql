-- What is known about a lead's owner before anything is routed: how he stands, and whether he is away. Where he is, and
-- the lead is handed over, who stands in for him gets it, else the owner of the account, else whom the rules choose. Until
-- the CRM has stored that, it shows who had the lead before.

with handed as (
    select before.lead_id, {{ dbt.listagg('before.rep_id', "'/'", 'order by before.rep_id') }} as had_by
    from {{ ref('int_routing__earlier_decisions') }} as before
    inner join {{ ref('int_routing__earlier_decisions') }} as latest
        on before.lead_id = latest.lead_id and latest.place = 1 and latest.reason_code in {{ handover_codes() }}
    inner join {{ ref('int_identity__reps') }} as reps
        on latest.rep_id = reps.rep_id and reps.is_active and not reps.is_routed_from
    where before.place > 1
    group by before.lead_id
),

standings as (
    select
        standings.*,
        handed.lead_id is not null as was_handed_over,
        case
            when
                standings.decision = 'take'
                and not standings.is_closed
                and not standings.has_edit
                and coalesce({{ dbt.position('standings.crm_rep_id', 'handed.had_by') }}, 0) > 0
                then 'keep'
            else standings.decision
        end as standing
    from {{ ref('int_routing__owner_standings') }} as standings
    left join handed on standings.lead_id = handed.lead_id
),

decided as (
    select
        standings.*,
        handovers.stand_in_rep_id,
        handovers.reason_code as handover_code,
        handovers.reason as handover_reason,
        case when handovers.lead_id is not null then 'hand_over' else standings.standing end as new_decision,
        nullif(standings.account_rep_id, handovers.away_rep_id) as account_stand_in
    from standings
    left join {{ ref('int_routing__handovers') }} as handovers
        on
            standings.lead_id = handovers.lead_id
            and (
                (standings.standing = 'keep' and standings.earlier_rep_id = handovers.away_rep_id)
                or (
                    standings.standing = 'undone'
                    and standings.crm_rep_id = handovers.away_rep_id
                    and handovers.stand_in_rep_id is not null
                )
            )
)

select
    lead_id,
    systems,
    crm_rep_id,
    owner_crm,
    account_rep_id,
    earlier_rep_id,
    earlier_decision_number,
    new_decision as decision,
    case when new_decision = 'hand_over' then '' else barred_reps end as barred_reps,
    case new_decision
        when 'hand_over' then coalesce(stand_in_rep_id, account_stand_in)
        when 'keep' then earlier_rep_id
        else rep_id
    end as rep_id,
    case new_decision
        when 'hand_over' then stand_in_rep_id is null and account_stand_in is null
        when 'undone' then not was_handed_over and coalesce(account_rep_id, '') != earlier_rep_id
        else new_decision in ('route', 'reassign', 'reopen')
    end as is_to_route,
    handover_code,
    handover_reason
    || case
        when stand_in_rep_id is not null then '; given to who stands in'
        when account_stand_in is not null then '; owner of the account'
        else ''
    end as handover_reason
from decided
