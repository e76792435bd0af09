-- The company that an opportunity is about: the one that its CRM names, else that of its first lead, which another CRM may
-- know, else the domain that this lead writes from.

select
    opportunities.opportunity_id,
    coalesce(
        opportunities.company_record_key,
        people.company_record_key,
        {{ record_key("'leads'", 'domains', 'people.email_domain') }}
    ) as company_record_key
from {{ ref('int_accounts__opportunities') }} as opportunities
left join {{ ref('int_accounts__opportunity_leads') }} as links
    on opportunities.opportunity_id = links.opportunity_id and links.place = 1
left join {{ ref('int_identity__people') }} as people on links.lead_id = people.lead_id
