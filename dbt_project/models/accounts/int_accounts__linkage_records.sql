{{ config(materialized='view') }}

-- What `leadwright link` compares: it reads the view of the last build. An account says more than a company's name,
-- which is typed in many ways. An address that joins nobody by itself is no evidence here either.

select
    members.record_key as id,
    members.first_name,
    members.last_name,
    case when shared.email_key is null then identities.email_key end as email,
    members.phone,
    coalesce(accounts.account_id, members.company_name) as employer,
    members.city
from {{ ref('int_identity__member_records') }} as members
inner join {{ ref('int_identity__records') }} as identities on members.record_key = identities.record_key
left join {{ ref('int_identity__shared_addresses') }} as shared on identities.email_key = shared.email_key
left join {{ ref('int_accounts__of_leads') }} as accounts on members.lead_id = accounts.lead_id and accounts.place = 1
