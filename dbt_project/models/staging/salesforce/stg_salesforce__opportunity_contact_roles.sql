select
    crm,
    Id as opportunity_contact_role_id,
    {{ as_text('OpportunityId') }} as opportunity_id,
    {{ as_text('ContactId') }} as contact_id,
    {{ as_text('Role') }} as role,
    coalesce({{ as_flag('IsPrimary') }}, false) as is_primary,
    {{ as_timestamp('CreatedDate') }} as created_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'OpportunityContactRole') }}
