-- How a lead's owner stands, whoever has it: who owns it in a CRM, what we decided earlier, who owns its account and is not
-- away. Where the CRMs disagree, the one in which a person changed the owner last speaks; else the one that shows our
-- decision; else the first by record_precedence. Customers, lost and rejected leads stay with whoever or nobody. An owner
-- whom our rules chose and who let his time pass is replaced. Until the CRM has stored that, it shows who had the lead
-- before; only if somebody changed the owner after us, that is a person's decision. So is an owner who was emptied
-- (int_routing__owner_emptyings). One that was undone stays away while the rules would still choose him.

with takers as (select distinct rep_id from {{ ref('int_routing__lead_takers') }}),

present as (select * from takers where rep_id not in (select rep_id from {{ ref('int_routing__absences') }})),

earlier as (
    select * from {{ ref('int_routing__earlier_decisions') }} where place = 1
),

edits as (
    select
        lead_id,
        crm,
        rep_id,
        is_emptied,
        row_number() over (
            partition by lead_id order by case when rep_id is null then 1 else 0 end, changed_at desc, record_key
        ) as place
    from {{ ref('int_routing__owner_edits') }}
),

shown as (
    select
        shown.lead_id,
        shown.crm,
        shown.rep_id,
        row_number() over (
            partition by shown.lead_id order by case when shown.rep_id = earlier.rep_id then 0 else 1 end, shown.place
        ) as place
    from {{ ref('int_routing__shown_owners') }} as shown
    left join earlier on shown.lead_id = earlier.lead_id
),

known as (
    select
        leads.lead_id,
        leads.systems,
        coalesce(edits.rep_id, shown.rep_id) as crm_rep_id,
        case when edits.rep_id is not null then edits.crm else shown.crm end as owner_crm,
        coalesce(stages.is_closed, false) as is_closed,
        account_takers.rep_id as account_rep_id,
        earlier.rep_id as earlier_rep_id,
        coalesce(earlier.decision_number, 0) as earlier_decision_number,
        coalesce(promises.had_by, '') as had_by,
        coalesce(promises.is_to_reassign, false) as is_to_reassign,
        edits.lead_id is not null and not edits.is_emptied as has_edit,
        undoings.had_by as had_before,
        undoings.undone_reps,
        undoings.lead_id is not null and edits.rep_id is null and coalesce(shown.rep_id, '') != earlier.rep_id as is_undone,
        emptyings.crm as emptied_crm,
        emptyings.is_to_route as is_emptied_to_route,
        case when emptyings.lead_id is not null then emptyings.had_by else coalesce(promises.had_by, '') end as barred,
        coalesce(earlier_reps.is_active and not earlier_reps.is_routed_from, false) as has_earlier_rep,
        earlier_takers.rep_id is not null as takes_leads
    from {{ ref('int_routing__lead_systems') }} as leads
    left join {{ ref('int_lifecycle__lead_stages') }} as stages on leads.lead_id = stages.lead_id
    left join shown on leads.lead_id = shown.lead_id and shown.place = 1
    left join earlier on leads.lead_id = earlier.lead_id
    left join edits on leads.lead_id = edits.lead_id and edits.place = 1
    left join {{ ref('int_accounts__of_leads') }} as lead_accounts
        on leads.lead_id = lead_accounts.lead_id and lead_accounts.place = 1
    left join {{ ref('int_accounts__companies') }} as accounts on lead_accounts.account_id = accounts.account_id
    left join present as account_takers on accounts.owner_rep_id = account_takers.rep_id
    left join {{ ref('int_identity__reps') }} as earlier_reps on earlier.rep_id = earlier_reps.rep_id
    left join takers as earlier_takers on earlier.rep_id = earlier_takers.rep_id
    left join {{ ref('int_routing__owner_promises') }} as promises on leads.lead_id = promises.lead_id
    left join {{ ref('int_routing__owner_undoings') }} as undoings on leads.lead_id = undoings.lead_id
    left join {{ ref('int_routing__owner_emptyings') }} as emptyings on leads.lead_id = emptyings.lead_id
),

decided as (
    select
        *,
        case
            when is_closed and crm_rep_id is null then 'leave'
            when is_closed then case when crm_rep_id = earlier_rep_id then 'keep' else 'take' end
            when crm_rep_id is null and emptied_crm is not null
                then
                    case
                        when not is_emptied_to_route then 'empty'
                        when {{ dbt.position('account_rep_id', 'barred') }} = 0 then 'account'
                        else 'reopen'
                    end
            when is_undone and crm_rep_id is null and {{ dbt.position('account_rep_id', 'undone_reps') }} = 0 then 'account'
            when is_undone then 'undone'
            when crm_rep_id = earlier_rep_id or (crm_rep_id is null and takes_leads)
                then case when is_to_reassign then 'reassign' else 'keep' end
            when has_earlier_rep and not has_edit and {{ dbt.position('crm_rep_id', 'had_by') }} > 0 then 'keep'
            when crm_rep_id is not null then 'take'
            when account_rep_id is not null then 'account'
            else 'route'
        end as decision
    from known
)

select
    lead_id,
    systems,
    crm_rep_id,
    case when decision in ('empty', 'reopen') then emptied_crm else owner_crm end as owner_crm,
    account_rep_id,
    earlier_rep_id,
    earlier_decision_number,
    has_edit,
    is_closed,
    decision,
    case
        when decision in ('reassign', 'reopen') then barred when decision = 'undone' then had_before else ''
    end as barred_reps,
    case
        when decision in ('take', 'undone') then crm_rep_id when decision = 'keep' then earlier_rep_id
        when decision = 'account' then account_rep_id
    end as rep_id
from decided
