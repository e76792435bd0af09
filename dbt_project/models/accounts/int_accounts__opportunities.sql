select
    opportunity_id,
    crm,
    record_id,
    name,
    stage_name,
    amount,
    owner_id,
    company_record_key,
    campaign_id,
    is_won,
    is_closed or is_won as is_closed,
    case when is_closed and not is_won then lost_reason end as lost_reason,
    created_at,
    close_date_at,
    case when is_closed or is_won then close_date_at end as closed_at
from {{ ref('unified_opportunities') }}
