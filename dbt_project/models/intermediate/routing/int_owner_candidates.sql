{% set log = earlier_rows('int_assignment_decisions') %}

-- What is known about a lead's owner before anything is routed: who owns it in a CRM (Salesforce speaks before
-- HubSpot, an owner who left counts as none) and what we decided earlier.

with people as (
    select * from {{ ref('int_people') }}
),

owners as (
    select * from {{ ref('int_crm_owners') }} where is_active
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
)

select
    people.lead_id,
    people.has_hubspot,
    people.has_salesforce,
    coalesce(salesforce_owners.rep_id, hubspot_owners.rep_id) as crm_rep_id,
    case
        when salesforce_owners.rep_id is not null then 'Salesforce'
        when hubspot_owners.rep_id is not null then 'HubSpot'
    end as owner_crm,
    earlier.rep_id as earlier_rep_id,
    coalesce(earlier.decision_number, 0) as earlier_decision_number,
    case
        when
            earlier_reps.is_active
            and coalesce(salesforce_owners.rep_id, hubspot_owners.rep_id, earlier.rep_id) = earlier.rep_id
            then 'keep'
        when coalesce(salesforce_owners.rep_id, hubspot_owners.rep_id) is not null then 'take'
        else 'route'
    end as decision
from people
left join owners as salesforce_owners
    on salesforce_owners.crm = 'salesforce' and people.salesforce_owner_id = salesforce_owners.owner_id
left join owners as hubspot_owners
    on hubspot_owners.crm = 'hubspot' and people.hubspot_owner_id = hubspot_owners.owner_id
left join earlier on people.lead_id = earlier.lead_id
left join {{ ref('int_reps') }} as earlier_reps on earlier.rep_id = earlier_reps.rep_id
