-- Nobody joins before the opportunity or the person's own record was there.

with pairs as (
    select
        links.opportunity_id,
        identities.lead_id,
        max(case when links.is_primary then 1 else 0 end) as is_primary,
        min(identities.created_at) as lead_created_at,
        min(links.joined_at) as joined_at,
        min(opportunities.created_at) as opened_at
    from {{ ref('int_accounts__opportunity_people') }} as links
    inner join {{ ref('int_identity__records') }} as identities on links.record_key = identities.record_key
    inner join {{ ref('int_accounts__opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by links.opportunity_id, identities.lead_id
)

select
    opportunity_id,
    lead_id,
    greatest(opened_at, lead_created_at, coalesce(joined_at, opened_at)) as joined_at,
    row_number() over (partition by opportunity_id order by is_primary desc, lead_created_at, lead_id) as place
from pairs
