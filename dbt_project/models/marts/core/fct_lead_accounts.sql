select
    lead_id,
    account_id,
    match_reason,
    place = 1 as is_chosen,
    cast(place as bigint) as place,
    is_customer,
    linked_count,
    account_created_at
from {{ ref('int_accounts__of_leads') }}
