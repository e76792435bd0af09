-- Which rep an owner id of a CRM stands for; a rep with two accounts in one CRM has two rows. Who was made anew under his
-- address is the same person: the leads of his old account are his. A login of routing_from has none.

with accounts as (
    select
        'hubspot' as crm,
        owners.owner_id,
        reps.rep_id,
        reps.full_name,
        owners.is_active,
        reps.is_routed_from
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
        users.is_active,
        reps.is_routed_from
    from {{ ref('stg_salesforce__users') }} as users
    inner join {{ ref('int_reps') }} as reps
        on {{ dbt.hash("coalesce(users.email, 'salesforce:' || users.user_id)") }} = reps.rep_id
    where users.user_type = 'Standard'
)

select
    crm,
    owner_id,
    rep_id,
    full_name,
    is_active,
    not is_routed_from
    and max(case when is_active then 1 else 0 end) over (partition by crm, rep_id) = 1 as has_leads
from accounts
