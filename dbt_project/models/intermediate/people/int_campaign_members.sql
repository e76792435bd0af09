-- Salesforce campaign members as leads. Salesforce keeps only the day of a first response; a member added that day
-- responded as it was added. Of campaigns that a lead was added to at one moment, as by an import, the first is the one
-- that it answered first, else the one that began first, else the one whose record is older: Salesforce hands out ids
-- in order.

with members as (
    select
        identities.lead_id,
        members.campaign_id,
        min(campaigns.starts_at) as starts_at,
        min(members.created_at) as joined_at,
        min(
            case
                when members.has_responded and members.responded_at > members.created_at then members.responded_at
                when members.has_responded then members.created_at
            end
        ) as responded_at
    from {{ ref('stg_salesforce__campaign_members') }} as members
    inner join {{ ref('stg_salesforce__campaigns') }} as campaigns
        on members.campaign_id = campaigns.campaign_id and not campaigns.is_deleted
    inner join {{ ref('int_identities') }} as identities
        on
            coalesce(
                {{ record_key('salesforce', 'contacts', 'members.contact_id') }},
                {{ record_key('salesforce', 'leads', 'members.lead_record_id') }}
            ) = identities.record_key
    where not members.is_deleted
    group by identities.lead_id, members.campaign_id
)

select
    lead_id,
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
            campaign_id
    ) as place
from members
