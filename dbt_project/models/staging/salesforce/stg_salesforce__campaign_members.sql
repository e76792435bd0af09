select
    crm,
    Id as campaign_member_id,
    {{ as_text('CampaignId') }} as campaign_id,
    {{ as_text('LeadId') }} as lead_record_id,
    {{ as_text('ContactId') }} as contact_id,
    {{ as_text('Status') }} as status,
    coalesce({{ as_flag('HasResponded') }}, false) as has_responded,
    {{ as_timestamp('FirstRespondedDate') }} as responded_at,
    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'CampaignMember') }}
