select
    crm,
    Id as lead_history_id,
    {{ as_text('LeadId') }} as lead_record_id,
    {{ as_text('Field') }} as field,
    {{ as_text('OldValue') }} as old_value,
    {{ as_text('NewValue') }} as new_value,
    {{ as_text('CreatedById') }} as changed_by_id,
    {{ in_utc('CreatedDate') }} as changed_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'LeadHistory') }}
