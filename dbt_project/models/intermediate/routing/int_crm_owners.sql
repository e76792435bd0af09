-- Which rep an owner id of a CRM stands for; a rep with two accounts in one CRM has two rows.

select
    'hubspot' as crm,
    owners.owner_id,
    reps.rep_id,
    reps.full_name,
    owners.is_active
from {{ ref('stg_hubspot__owners') }} as owners
inner join {{ ref('int_reps') }} as reps
    on {{ dbt.hash("coalesce(owners.email, 'hubspot:' || owners.owner_id)") }} = reps.rep_id
where owners.owner_type = 'PERSON'

union all

select
    'salesforce' as crm,
    users.user_id as owner_id,
    reps.rep_id,
    reps.full_name,
    users.is_active
from {{ ref('stg_salesforce__users') }} as users
inner join {{ ref('int_reps') }} as reps
    on {{ dbt.hash("coalesce(users.email, 'salesforce:' || users.user_id)") }} = reps.rep_id
where users.user_type = 'Standard'
