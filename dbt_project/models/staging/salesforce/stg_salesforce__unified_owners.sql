-- Only a user with a person's licence is a person; a group can own records as a queue.

select
    crm,
    user_id as owner_id,
    'users' as object,
    email,
    full_name,
    case when user_type = 'Standard' then 'person' else 'other' end as owner_type,
    is_active
from {{ ref('stg_salesforce__users') }}

union all

select
    crm,
    group_id as owner_id,
    'groups' as object,
    cast(null as string) as email,
    name as full_name,
    'queue' as owner_type,
    true as is_active
from {{ ref('stg_salesforce__groups') }}
