-- The main person first. Where a CRM names none, people of the opportunity's company go before those of an agency or a
-- partner who is linked besides.

select
    links.opportunity_id,
    links.record_key,
    people.email_key,
    people.company_record_key,
    links.joined_at,
    coalesce(links.is_primary, people.company_record_key = opportunities.company_record_key, false) as is_primary,
    people.created_at as record_created_at
from {{ ref('unified_opportunity_people') }} as links
inner join {{ ref('unified_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
inner join {{ ref('unified_people') }} as people on links.record_key = people.record_key
