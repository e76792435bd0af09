-- Of campaigns that a lead was added to at one moment, as by an import, the first is the one that it answered first, else
-- the one that began first, else the one whose record is older: CRMs hand out ids in order.

with members as (
    select
        identities.lead_id,
        members.campaign_key,
        min(campaigns.campaign_id) as campaign_id,
        min(campaigns.starts_at) as starts_at,
        min(members.joined_at) as joined_at,
        min(members.responded_at) as responded_at
    from {{ ref('unified_campaign_members') }} as members
    inner join {{ ref('unified_campaigns') }} as campaigns on members.campaign_key = campaigns.campaign_key
    inner join {{ ref('int_identity__records') }} as identities on members.record_key = identities.record_key
    group by identities.lead_id, members.campaign_key
)

select
    lead_id,
    campaign_key,
    campaign_id,
    joined_at,
    responded_at,
    row_number() over (
        partition by lead_id
        order by
            joined_at,
            case when responded_at is null then 1 else 0 end,
            responded_at,
            case when starts_at is null then 1 else 0 end,
            starts_at,
            campaign_key
    ) as place
from members
