select
    crm,
    Id as opportunity_history_id,
    {{ as_text('OpportunityId') }} as opportunity_id,
    {{ as_text('StageName') }} as stage_name,
    {{ stated_number('Amount') }} as amount,
    {{ in_utc('CreatedDate') }} as changed_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'OpportunityHistory') }}
