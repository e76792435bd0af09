select
    crm,
    Id as campaign_id,
    {{ as_text('Name') }} as name,
    {{ as_text('Type') }} as campaign_type,
    {{ as_text('Status') }} as status,
    {{ as_timestamp('StartDate') }} as starts_at,
    {{ as_timestamp('EndDate') }} as ends_at,
    {{ stated_number('BudgetedCost') }} as budgeted_amount,
    {{ stated_number('ActualCost') }} as cost_amount,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Campaign') }}
