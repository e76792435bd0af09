with leads as (
    select account_id, count(*) as lead_count
    from {{ ref('int_accounts__of_leads') }}
    where place = 1
    group by account_id
)

select
    accounts.account_id,
    accounts.name,
    accounts.domain,
    accounts.industry,
    cast(accounts.employee_count as bigint) as employee_count,
    accounts.revenue_amount,
    accounts.country,
    accounts.region,
    accounts.city,
    accounts.record_count > 0 as has_crm_record,
    accounts.owner_rep_id,
    accounts.company_kind,
    accounts.is_customer,
    accounts.customer_since_at,
    accounts.won_count,
    accounts.won_amount,
    accounts.open_opportunity_count,
    coalesce(leads.lead_count, 0) as lead_count,
    accounts.created_at
from {{ ref('int_accounts__companies') }} as accounts
left join leads on accounts.account_id = leads.account_id
