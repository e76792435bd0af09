-- Of campaigns that a lead was added to at one moment, as by an import, the first is the one that it answered first, else
-- the one that began first, else the one whose record is older: CRMs hand out ids in order. A campaign that plays put
-- leads into is none that they came from.

with nurtured as (
    select distinct campaigns.campaign_key
    from {{ ref('unified_campaigns') }} as campaigns
    inner join {{ ref('unified_nurture_lists') }} as lists
        on
            campaigns.campaign_key = {{ record_key('lists.crm', 'campaigns', 'lists.list_or_campaign') }}
            or (
                campaigns.name = lists.list_or_campaign
                and {{ dbt.split_part('campaigns.campaign_key', "':'", 1) }} = lists.crm
            )
),

members as (
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
    members.lead_id,
    members.campaign_key,
    members.campaign_id,
    members.joined_at,
    members.responded_at,
    case
        when nurtured.campaign_key is null
            then row_number() over (
                partition by members.lead_id, nurtured.campaign_key
                order by
                    members.joined_at,
                    case when members.responded_at is null then 1 else 0 end,
                    members.responded_at,
                    case when members.starts_at is null then 1 else 0 end,
                    members.starts_at,
                    members.campaign_key
            )
    end as place
from members
left join nurtured on members.campaign_key = nurtured.campaign_key
