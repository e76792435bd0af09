-- What costs.csv says, with the campaign that is meant, or why nothing is found by that name. A campaign is named by its
-- id or, where one alone has it, by its name.

with campaigns as (
    select
        campaign_key,
        campaign_id,
        lower(name) as name_key,
        count(*) over (partition by lower(name)) as namesake_count
    from {{ ref('unified_campaigns') }}
),

costs as (
    select
        row_number() over (order by month, lead_source, campaign) as cost_number,
        lead_source,
        campaign,
        cast(concat(month, '-01') as date) as month,
        amount,
        currency,
        reason
    from {{ ref('costs') }}
),

sources as (
    select distinct coalesce(lead_source, '(none)') as lead_source from {{ ref('dim_leads') }}
),

matched as (
    select
        costs.cost_number,
        min(case when campaigns.campaign_id = costs.campaign then campaigns.campaign_key end) as key_by_id,
        min(campaigns.campaign_key) as key_by_name,
        max(campaigns.namesake_count) as namesake_count
    from costs
    inner join campaigns
        on costs.campaign = campaigns.campaign_id or lower(costs.campaign) = campaigns.name_key
    group by costs.cost_number
)

select
    costs.lead_source,
    costs.campaign,
    coalesce(
        matched.key_by_id, case when matched.namesake_count = 1 then matched.key_by_name end
    ) as campaign_key,
    costs.month,
    costs.amount as cost_amount,
    costs.currency,
    costs.month <= cast({{ as_of() }} as date) as has_begun,
    case
        when costs.campaign is null and sources.lead_source is null then 'unknown_source'
        when costs.campaign is not null and matched.cost_number is null then 'unknown_campaign'
        when costs.campaign is not null and matched.key_by_id is null and matched.namesake_count > 1 then 'several_campaigns'
    end as problem,
    costs.reason
from costs
left join sources on costs.lead_source = sources.lead_source
left join matched on costs.cost_number = matched.cost_number
