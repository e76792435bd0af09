select
    Id as lead_record_id,
    {{ as_text('Email') }} as email,
    {{ as_text('FirstName') }} as first_name,
    {{ as_text('LastName') }} as last_name,
    {{ as_text('Title') }} as job_title,
    {{ as_text('Phone') }} as phone,

    {{ as_company('Company') }} as company_name,
    {{ as_text('Website') }} as website,
    {{ as_text('Country') }} as country,
    {{ as_text('City') }} as city,
    {{ as_text('Industry') }} as industry,
    {{ as_number('NumberOfEmployees') }} as employee_count,

    {{ as_text('LeadSource') }} as lead_source,
    {{ as_text('Status') }} as status,
    {{ as_text('OwnerId') }} as owner_id,
    coalesce({{ as_flag('IsConverted') }}, false) as is_converted,
    {{ as_timestamp('ConvertedDate') }} as converted_at,
    {{ as_text('ConvertedContactId') }} as converted_contact_id,
    {{ as_text('ConvertedAccountId') }} as converted_account_id,
    {{ as_text('ConvertedOpportunityId') }} as converted_opportunity_id,

    {{ as_flag('HasOptedOutOfEmail') }} as is_opted_out,
    {{ as_text('EmailBouncedDate') }} is not null as has_bounced,
    {{ as_text('MasterRecordId') }} as master_id,

    {{ as_number('Leadwright_Score__c') }} as leadwright_score,
    {{ as_number('Leadwright_Fit_Score__c') }} as leadwright_fit_score,
    {{ as_number('Leadwright_Intent_Score__c') }} as leadwright_intent_score,
    {{ as_text('Leadwright_Grade__c') }} as leadwright_grade,
    {{ as_text('Leadwright_Play__c') }} as leadwright_play,
    {{ as_text('Leadwright_Reasons__c') }} as leadwright_reasons,
    {{ as_text('Leadwright_Owner__c') }} as leadwright_owner,
    {{ as_text('Leadwright_Owner_Reason__c') }} as leadwright_owner_reason,
    {{ as_text('Leadwright_Next_Action__c') }} as leadwright_next_action,
    {{ as_timestamp('Leadwright_SLA_Due_At__c') }} as leadwright_sla_due_at,

    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ source('raw_salesforce', 'Lead') }}
