select
    Id as account_id,
    {{ as_company('Name') }} as name,
    {{ as_text('Website') }} as website,
    {{ as_text('Industry') }} as industry,
    {{ range_middle('NumberOfEmployees') }} as employee_count,
    {{ range_middle('AnnualRevenue') }} as revenue_amount,
    {{ as_text('BillingCountry') }} as country,
    {{ as_text('BillingCity') }} as city,
    {{ as_text('BillingStreet') }} as address,
    {{ as_text('Phone') }} as phone,
    {{ as_text('Type') }} as account_type,
    {{ as_text('OwnerId') }} as owner_id,
    {{ as_text('MasterRecordId') }} as master_id,
    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ source('raw_salesforce', 'Account') }}
