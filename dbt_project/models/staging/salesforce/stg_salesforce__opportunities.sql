select
    crm,
    Id as opportunity_id,
    {{ as_text('AccountId') }} as account_id,
    {{ as_text('Name') }} as name,
    {{ as_text('StageName') }} as stage_name,
    {{ stated_number('Amount') }} as amount,
    {{ as_timestamp('CloseDate') }} as close_date_at,
    {{ as_flag('IsClosed') }} as is_closed,
    {{ as_flag('IsWon') }} as is_won,
    {{ as_text('LeadSource') }} as lead_source,
    {{ as_text('CampaignId') }} as campaign_id,
    {{ as_text('OwnerId') }} as owner_id,
    {{ as_timestamp('CreatedDate') }} as created_at,
    {{ in_utc('SystemModstamp') }} as modified_at,
    coalesce({{ as_flag('IsDeleted') }}, false) as is_deleted
from {{ raw_rows('salesforce', 'Opportunity') }}
