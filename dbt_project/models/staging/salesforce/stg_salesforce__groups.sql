select
    crm,
    Id as group_id,
    {{ as_text('Name') }} as name,
    {{ as_text('Type') }} as group_type
from {{ raw_rows('salesforce', 'Group') }}
