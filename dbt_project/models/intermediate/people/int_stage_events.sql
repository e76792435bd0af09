-- Every moment at which a lead is known to have entered a stage: HubSpot's stage dates, Salesforce's field history
-- and conversion, and opportunities of either CRM.

with identities as (
    select * from {{ ref('int_identities') }} where not is_deleted
),

contacts as (
    select identities.lead_id, contacts.*
    from {{ ref('stg_hubspot__contacts') }} as contacts
    inner join identities on {{ record_key('hubspot', 'contacts', 'contacts.contact_id') }} = identities.record_key
),

leads as (
    select identities.lead_id, leads.*
    from {{ ref('stg_salesforce__leads') }} as leads
    inner join identities on {{ record_key('salesforce', 'leads', 'leads.lead_record_id') }} = identities.record_key
),

opportunities as (
    select links.lead_id, opportunities.*
    from {{ ref('int_opportunities') }} as opportunities
    inner join {{ ref('int_opportunity_leads') }} as links
        on opportunities.opportunity_id = links.opportunity_id
),

events as (
    {% for stage in ['mql', 'sql', 'opportunity', 'customer'] %}
    select lead_id, '{{ stage }}' as stage, {{ stage }}_at as entered_at, 'HubSpot stage date' as evidence
    from contacts
    union all
    {% endfor %}
    select leads.lead_id, stages.stage, history.changed_at as entered_at, 'Salesforce field history' as evidence
    from {{ ref('stg_salesforce__lead_history') }} as history
    inner join leads on history.lead_record_id = leads.lead_record_id
    inner join {{ ref('lead_stages') }} as stages
        on stages.crm = 'salesforce' and history.field = stages.field and history.new_value = stages.value
    union all
    select
        lead_id,
        'sql' as stage,
        greatest(converted_at, created_at) as entered_at,
        'Salesforce conversion' as evidence
    from leads
    where is_converted and converted_at is not null
    union all
    select lead_id, 'opportunity' as stage, created_at as entered_at, 'Opportunity opened' as evidence
    from opportunities
    union all
    select lead_id, 'customer' as stage, closed_at as entered_at, 'Opportunity won' as evidence
    from opportunities
    where is_won
)

select
    lead_id,
    stage,
    entered_at,
    min(evidence) as evidence
from events
where entered_at is not null
group by lead_id, stage, entered_at
