-- The flags may not be shown: then the names of the standard stages speak.

with names as (
    select value, stage from {{ ref('lead_stages') }} where crm = 'salesforce' and field = 'StageName'
)

select
    opportunities.crm,
    opportunities.crm || ':' || opportunities.opportunity_id as opportunity_id,
    opportunities.opportunity_id as record_id,
    opportunities.name,
    opportunities.stage_name,
    opportunities.amount,
    opportunities.owner_id,
    {{ record_key('opportunities.crm', 'Account', 'opportunities.account_id') }} as company_record_key,
    opportunities.campaign_id,
    coalesce(opportunities.is_won, names.stage = 'customer', false) as is_won,
    coalesce(opportunities.is_closed, names.stage in ('customer', 'lost'), false) as is_closed,
    cast(null as string) as lost_reason,
    opportunities.created_at,
    opportunities.close_date_at
from {{ ref('stg_salesforce__opportunities') }} as opportunities
left join names on opportunities.stage_name = names.value
where not opportunities.is_deleted
