-- Closed opportunities by the rep who had them and by what win rates are told apart by: the first lead's company.

select
    opportunities.opportunity_id,
    owners.rep_id,
    {{ lead_profile('size', 'people') }} as size_key,
    {{ lead_profile('profile', 'people') }} as profile_key,
    opportunities.is_won
from {{ ref('int_accounts__opportunities') }} as opportunities
inner join {{ ref('int_identity__crm_owners') }} as owners
    on opportunities.crm = owners.crm and opportunities.owner_id = owners.owner_id
inner join {{ ref('int_accounts__opportunity_leads') }} as links
    on opportunities.opportunity_id = links.opportunity_id and links.place = 1
inner join {{ ref('int_identity__people') }} as people on links.lead_id = people.lead_id
where opportunities.is_closed and opportunities.closed_at <= {{ as_of() }}
