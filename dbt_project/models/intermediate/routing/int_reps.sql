-- One row per rep: a HubSpot owner and a Salesforce user with the same e-mail address are one person. Queues and
-- users without a person's licence own nothing that is routed.

with owners as (
    select *, row_number() over (partition by coalesce(email, owner_id) order by is_active desc, owner_id) as place
    from {{ ref('stg_hubspot__owners') }}
    where owner_type = 'PERSON'
),

users as (
    select *, row_number() over (partition by coalesce(email, user_id) order by is_active desc, user_id) as place
    from {{ ref('stg_salesforce__users') }}
    where user_type = 'Standard'
),

keys as (
    select coalesce(email, 'hubspot:' || owner_id) as rep_key from owners
    union
    select coalesce(email, 'salesforce:' || user_id) as rep_key from users
)

select
    {{ dbt.hash('keys.rep_key') }} as rep_id,
    coalesce(users.email, owners.email) as email,
    coalesce(
        users.full_name,
        nullif(trim(coalesce(owners.first_name, '') || ' ' || coalesce(owners.last_name, '')), ''),
        users.email,
        owners.email,
        keys.rep_key
    ) as full_name,
    owners.owner_id as hubspot_owner_id,
    users.user_id as salesforce_user_id,
    -- Somebody who left one CRM is not sent new leads by the other.
    coalesce(owners.is_active, users.is_active) and coalesce(users.is_active, owners.is_active) as is_active,
    routed_from.email is not null as is_routed_from
from keys
left join owners on keys.rep_key = coalesce(owners.email, 'hubspot:' || owners.owner_id) and owners.place = 1
left join users on keys.rep_key = coalesce(users.email, 'salesforce:' || users.user_id) and users.place = 1
left join {{ ref('routing_from') }} as routed_from on keys.rep_key = lower(routed_from.email)
