{# A sync model of one Salesforce object. Leads and contacts carry the same fields, and a person who was converted must
   see on the contact what stood on the lead. #}
{% macro salesforce_rows_that_differ(object, entities, key) %}
{% set fields = [
    'Leadwright_Score__c', 'Leadwright_Fit_Score__c', 'Leadwright_Intent_Score__c', 'Leadwright_Grade__c',
    'Leadwright_Play__c', 'Leadwright_Reasons__c', 'Leadwright_Owner__c', 'Leadwright_Owner_Reason__c',
    'Leadwright_Next_Action__c', 'Leadwright_SLA_Due_At__c', 'OwnerId',
] %}

with records as (
    select
        crm_records.{{ key }} as record_id,
        identities.lead_id,
        crm_records.modified_at,

        wanted.score as Leadwright_Score__c,
        wanted.fit_score as Leadwright_Fit_Score__c,
        wanted.intent_score as Leadwright_Intent_Score__c,
        wanted.grade as Leadwright_Grade__c,
        wanted.play as Leadwright_Play__c,
        wanted.reasons as Leadwright_Reasons__c,
        wanted.owner_name as Leadwright_Owner__c,
        wanted.owner_reason as Leadwright_Owner_Reason__c,
        wanted.next_action as Leadwright_Next_Action__c,
        wanted.sla_due_at as Leadwright_SLA_Due_At__c,
        case
            when crm_records.owner_id like '00G%' then wanted.salesforce_user_id
            else crm_records.owner_id
        end as OwnerId,

        {{ whole_number('crm_records.leadwright_score') }} as before__Leadwright_Score__c,
        {{ whole_number('crm_records.leadwright_fit_score') }} as before__Leadwright_Fit_Score__c,
        {{ whole_number('crm_records.leadwright_intent_score') }} as before__Leadwright_Intent_Score__c,
        crm_records.leadwright_grade as before__Leadwright_Grade__c,
        crm_records.leadwright_play as before__Leadwright_Play__c,
        crm_records.leadwright_reasons as before__Leadwright_Reasons__c,
        crm_records.leadwright_owner as before__Leadwright_Owner__c,
        crm_records.leadwright_owner_reason as before__Leadwright_Owner_Reason__c,
        crm_records.leadwright_next_action as before__Leadwright_Next_Action__c,
        crm_records.leadwright_sla_due_at as before__Leadwright_SLA_Due_At__c,
        crm_records.owner_id as before__OwnerId
    from {{ ref('stg_salesforce__' ~ entities) }} as crm_records
    inner join {{ ref('int_identities') }} as identities
        on {{ record_key('salesforce', entities, 'crm_records.' ~ key) }} = identities.record_key
    inner join {{ ref('int_write_values') }} as wanted on identities.lead_id = wanted.lead_id
    where not identities.is_deleted and not identities.is_converted
),

{{ rows_that_differ('salesforce', object, fields) }}
{% endmacro %}
