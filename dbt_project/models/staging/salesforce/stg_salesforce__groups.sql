select
    Id as group_id,
    {{ as_text('Name') }} as name,
    {{ as_text('Type') }} as group_type
from {{ source('raw_salesforce', 'Group') }}
