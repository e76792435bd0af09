{{ config(materialized='table') }}

select
    crm,
    Id as contact_id,
    {{ as_stated('Email') }} as email,
    {{ as_stated('FirstName', 'person') }} as first_name,
    {{ as_stated('LastName', 'person') }} as last_name,
    {{ as_stated('Title') }} as job_title,
    {{ as_phone('Phone') }} as phone,

    {{ as_text('AccountId') }} as account_id,
    {{ as_stated('MailingCountry', 'country') }} as country,
    {{ as_stated('MailingCity') }} as city,
    {{ as_text('LeadSource') }} as lead_source,
    {{ as_text('OwnerId') }} as owner_id,

    {{ as_flag('HasOptedOutOfEmail') }} as is_opted_out,
    {{ as_text('EmailBouncedDate') }} is not null as has_bounced,
    {{ as_text('MasterRecordId') }} as master_id,

    {{ as_number('Leadwright_Score__c') }} as leadwright_score,
    {{ as_number('Leadwright_Fit_Score__c') }} as leadwright_fit_score,
    {{ as_number('Leadwright_Intent_Score__c') }} as leadwright_intent_score,
    {{ as_text('Leadwright_Grade__c') }} as leadwright_grade,
    {{ as_text('Leadwright_Play__c') }} as leadwright_play,
    {{ as_text('Leadwright_Reasons__c') }} as leadwright_reasons,
    {{ as_text('Leadwright_Segments__c') }} as leadwright_segments,
    {{ as_number('Leadwright_Account_Score__c') }} as leadwright_account_score,
    {{ as_text('Leadwright_Account_Grade__c') }} as leadwright_account_grade,
    {{ as_text('Leadwright_Owner__c') }} as leadwright_owner,
    {{ as_text('Leadwright_Owner_Reason__c') }} as leadwright_owner_reason,
    {{ as_text('Leadwright_Next_Action__c') }} as leadwright_next_action,
    {{ as_timestamp('Leadwright_SLA_Due_At__c') }} as leadwright_sla_due_at,
    {{ as_text('Leadwright_SLA_Status__c') }} as leadwright_sla_status,
    {{ as_text('Leadwright_Grade_Override__c') }} as leadwright_grade_override,
    {{ as_text('Leadwright_Grade_Override_Reason__c') }} as leadwright_grade_override_reason,
    {{ as_text('Leadwright_Grade_Override_By__c') }} as leadwright_grade_override_by,

    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Contact') }}
