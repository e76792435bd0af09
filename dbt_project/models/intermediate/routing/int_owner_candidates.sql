{% set log = earlier_rows('int_assignment_decisions') %}

-- What is known about a lead's owner before anything is routed: who owns it in a CRM, what we decided earlier, and who
-- owns its account. Where the CRMs disagree, the one in which a person changed the owner last speaks; else the one that
-- shows our decision; else Salesforce before HubSpot. An owner who left counts as none, and so does a login of
-- routing_from; but customers, lost and rejected leads stay as they are, with whoever or nobody. An owner whom our rules
-- chose and who let his time pass is replaced. Until the CRM has stored that, it shows who had the lead before; only if
-- somebody changed the owner after us, that is a decision of a person. So is an owner who was emptied: nobody gets the
-- lead until it is to be routed again (int_owner_emptyings).

with people as (
    select * from {{ ref('int_people') }}
),

owners as (
    select crm, owner_id, rep_id, has_leads from {{ ref('int_crm_owners') }}
),

takers as (
    select distinct rep_id from {{ ref('int_lead_takers') }}
),

closed as (
    select lead_id
    from {{ ref('int_lead_stages') }}
    where lifecycle_stage in ('customer', 'disqualified', 'lost')
),

earlier as (
    {% if log %}
    select decisions.lead_id, decisions.rep_id, decisions.decision_number
    from {{ log }} as decisions
    inner join (
        select lead_id, max(decision_number) as decision_number from {{ log }} group by lead_id
    ) as latest
        on decisions.lead_id = latest.lead_id and decisions.decision_number = latest.decision_number
    {% else %}
    select lead_id, cast(null as string) as rep_id, 0 as decision_number from people where 1 = 0
    {% endif %}
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
    from {{ ref('int_owner_edits') }}
),

shown as (
    select
        people.lead_id,
        closed.lead_id is not null as is_closed,
        salesforce_owners.rep_id as salesforce_rep_id,
        hubspot_owners.rep_id as hubspot_rep_id,
        edits.rep_id as edit_rep_id,
        edits.lead_id is not null and not edits.is_emptied as has_edit,
        earlier.rep_id as earlier_rep_id,
        coalesce(earlier.decision_number, 0) as earlier_decision_number,
        case
            when edits.rep_id is not null then edits.crm
            when salesforce_owners.rep_id = earlier.rep_id then 'salesforce'
            when hubspot_owners.rep_id = earlier.rep_id then 'hubspot'
            when salesforce_owners.rep_id is not null then 'salesforce'
            when hubspot_owners.rep_id is not null then 'hubspot'
        end as speaking_crm
    from people
    left join closed on people.lead_id = closed.lead_id
    left join owners as salesforce_owners
        on
            salesforce_owners.crm = 'salesforce'
            and people.salesforce_owner_id = salesforce_owners.owner_id
            and (salesforce_owners.has_leads or closed.lead_id is not null)
    left join owners as hubspot_owners
        on
            hubspot_owners.crm = 'hubspot'
            and people.hubspot_owner_id = hubspot_owners.owner_id
            and (hubspot_owners.has_leads or closed.lead_id is not null)
    left join earlier on people.lead_id = earlier.lead_id
    left join edits on people.lead_id = edits.lead_id and edits.place = 1
),

known as (
    select
        people.lead_id,
        people.has_hubspot,
        people.has_salesforce,
        case
            when shown.edit_rep_id is not null then shown.edit_rep_id
            when shown.speaking_crm = 'salesforce' then shown.salesforce_rep_id
            else shown.hubspot_rep_id
        end as crm_rep_id,
        case shown.speaking_crm when 'salesforce' then 'Salesforce' when 'hubspot' then 'HubSpot' end as owner_crm,
        shown.is_closed,
        account_takers.rep_id as account_rep_id,
        shown.earlier_rep_id,
        coalesce(promises.had_by, '') as had_by,
        coalesce(promises.is_to_reassign, false) as is_to_reassign,
        shown.has_edit,
        emptyings.crm as emptied_crm,
        emptyings.is_to_route as is_emptied_to_route,
        case when emptyings.lead_id is not null then emptyings.had_by else coalesce(promises.had_by, '') end as barred,
        coalesce(earlier_reps.is_active and not earlier_reps.is_routed_from, false) as has_earlier_rep,
        earlier_takers.rep_id is not null as takes_leads,
        shown.earlier_decision_number
    from people
    inner join shown on people.lead_id = shown.lead_id
    left join {{ ref('int_lead_accounts') }} as lead_accounts
        on people.lead_id = lead_accounts.lead_id and lead_accounts.place = 1
    left join {{ ref('int_accounts') }} as accounts on lead_accounts.account_id = accounts.account_id
    left join takers as account_takers on accounts.owner_rep_id = account_takers.rep_id
    left join {{ ref('int_reps') }} as earlier_reps on shown.earlier_rep_id = earlier_reps.rep_id
    left join takers as earlier_takers on shown.earlier_rep_id = earlier_takers.rep_id
    left join {{ ref('int_owner_promises') }} as promises on people.lead_id = promises.lead_id
    left join {{ ref('int_owner_emptyings') }} as emptyings on people.lead_id = emptyings.lead_id
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
    has_hubspot,
    has_salesforce,
    crm_rep_id,
    case
        when decision not in ('empty', 'reopen') then owner_crm
        when emptied_crm = 'salesforce' then 'Salesforce'
        else 'HubSpot'
    end as owner_crm,
    account_rep_id,
    earlier_rep_id,
    earlier_decision_number,
    decision,
    case when decision in ('reassign', 'reopen') then barred else '' end as barred_reps,
    case decision
        when 'keep' then earlier_rep_id
        when 'take' then crm_rep_id
        when 'account' then account_rep_id
    end as rep_id
from decided
