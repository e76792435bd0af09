-- What campaigns cost and brought. A lead counts for the campaign it was first in.

with members as (
    select
        identities.lead_id,
        members.campaign_id,
        row_number() over (
            partition by identities.lead_id order by members.created_at, members.campaign_member_id
        ) as place
    from {{ ref('stg_salesforce__campaign_members') }} as members
    inner join {{ ref('int_identities') }} as identities
        on
            coalesce(
                {{ record_key('salesforce', 'contacts', 'members.contact_id') }},
                {{ record_key('salesforce', 'leads', 'members.lead_record_id') }}
            ) = identities.record_key
    where not members.is_deleted
),

leads as (
    select members.campaign_id, leads.*
    from members
    inner join {{ ref('dim_leads') }} as leads on members.lead_id = leads.lead_id
    where members.place = 1
),

by_campaign as (
    select
        campaign_id,
        count(*) as lead_count,
        {{ counted('is_mql') }} as mql_count,
        {{ counted('is_sql') }} as sql_count,
        {{ counted('is_won') }} as won_count
    from leads
    group by campaign_id
)

select
    campaigns.campaign_id,
    campaigns.name,
    campaigns.campaign_type,
    campaigns.cost_amount,
    coalesce(by_campaign.lead_count, 0) as lead_count,
    coalesce(by_campaign.mql_count, 0) as mql_count,
    coalesce(by_campaign.sql_count, 0) as sql_count,
    coalesce(by_campaign.won_count, 0) as won_count,
    cast(campaigns.cost_amount / nullif(by_campaign.lead_count, 0) as double) as cost_per_lead_amount,
    cast(campaigns.cost_amount / nullif(by_campaign.sql_count, 0) as double) as cost_per_sql_amount
from {{ ref('stg_salesforce__campaigns') }} as campaigns
left join by_campaign on campaigns.campaign_id = by_campaign.campaign_id
where not campaigns.is_deleted
