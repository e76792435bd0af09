{{ config(materialized='table') }}

select
    crm,
    hs_object_id as company_id,
    {{ as_stated('name') }} as name,
    lower({{ as_stated('domain') }}) as domain,
    {{ as_stated('industry') }} as industry,
    {{ range_middle('numberofemployees') }} as employee_count,
    {{ range_middle('annualrevenue') }} as revenue_amount,
    {{ as_stated('country', 'country') }} as country,
    {{ as_stated('city') }} as city,
    {{ as_stated('address') }} as address,
    {{ as_phone('phone') }} as phone,
    {{ as_text('hubspot_owner_id') }} as owner_id,
    {{ as_text('hs_merged_object_ids') }} as merged_ids,
    {{ as_number('leadwright_account_score') }} as leadwright_account_score,
    {{ as_text('leadwright_account_grade') }} as leadwright_account_grade,
    {{ as_text('leadwright_account_reasons') }} as leadwright_account_reasons,
    {{ as_timestamp('createdate') }} as created_at,
    {{ in_utc('hs_lastmodifieddate') }} as modified_at,
    coalesce({{ as_flag('archived') }}, false) as is_deleted,
    {{ as_timestamp('archived_at') }} as deleted_at
from {{ raw_rows('hubspot', 'companies') }}
