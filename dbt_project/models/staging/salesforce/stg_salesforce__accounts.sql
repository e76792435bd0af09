{{ config(materialized='table') }}

select
    crm,
    Id as account_id,
    {{ as_stated('Name') }} as name,
    {{ as_stated('Website') }} as website,
    {{ as_stated('Industry') }} as industry,
    {{ range_middle('NumberOfEmployees') }} as employee_count,
    {{ range_middle('AnnualRevenue') }} as revenue_amount,
    {{ as_stated('BillingCountry', 'country') }} as country,
    {{ as_stated('BillingCity') }} as city,
    {{ as_stated('BillingStreet') }} as address,
    {{ as_phone('Phone') }} as phone,
    {{ as_text('Type') }} as account_type,
    {{ as_text('OwnerId') }} as owner_id,
    {{ as_text('MasterRecordId') }} as master_id,
    {{ as_number('Leadwright_Account_Score__c') }} as leadwright_account_score,
    {{ as_text('Leadwright_Account_Grade__c') }} as leadwright_account_grade,
    {{ as_text('Leadwright_Account_Reasons__c') }} as leadwright_account_reasons,
    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Account') }}
