{{ config(materialized='view') }}

-- What `leadwright link` compares: it reads the view of the last build. An account says more than a company's name,
-- which is typed in many ways.

select
    members.record_key as id,
    members.first_name,
    members.last_name,
    {{ email_key('members.email') }} as email,
    members.phone,
    coalesce(accounts.account_id, members.company_name) as employer,
    members.city
from {{ ref('int_member_records') }} as members
left join {{ ref('int_lead_accounts') }} as accounts on members.lead_id = accounts.lead_id and accounts.place = 1
