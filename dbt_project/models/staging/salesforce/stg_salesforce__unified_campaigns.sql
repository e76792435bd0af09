select
    crm,
    {{ record_key('crm', 'campaigns', 'campaign_id') }} as campaign_key,
    campaign_id,
    name,
    campaign_type,
    starts_at,
    ends_at,
    budgeted_amount,
    cost_amount
from {{ ref('stg_salesforce__campaigns') }}
where not is_deleted
