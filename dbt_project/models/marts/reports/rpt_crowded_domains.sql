{% set crowd = 50 %}

-- Domains that so many people write from that they may be a mail provider's, where no CRM has a company of them. Until they
-- are in free_mail_domains, their people count as colleagues, and the owner of one may be given them all.

select
    leads.company_key as domain,
    count(*) as lead_count
from {{ ref('dim_leads') }} as leads
inner join {{ ref('dim_accounts') }} as accounts on leads.account_id = accounts.account_id
where not accounts.has_crm_record and leads.company_key is not null
group by leads.company_key
having count(*) >= {{ crowd }}
