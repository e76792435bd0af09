with deals as (
    select * from {{ ref('stg_hubspot__deals') }} where not is_deleted
),

stages as (
    select * from {{ ref('stg_hubspot__deal_stages') }}
),

-- A portal may give no pipelines: then the names of the standard stages speak.
names as (
    select value, stage from {{ ref('lead_stages') }} where crm = 'hubspot' and field = 'dealstage'
),

-- HubSpot marks one of the linked companies as the primary one; agencies and partners are linked besides. Where none is
-- marked: one that is still there, then the oldest.
ranked as (
    select
        associations.crm,
        associations.from_id as deal_id,
        associations.to_id as company_id,
        row_number() over (
            partition by associations.crm, associations.from_id
            order by
                case when associations.is_primary then 0 else 1 end,
                case when companies.is_deleted then 1 else 0 end,
                coalesce(companies.created_at, {{ as_of() }}),
                {{ in_order_of_ids('associations.to_id') }}
        ) as place
    from {{ ref('stg_hubspot__associations') }} as associations
    left join {{ ref('stg_hubspot__companies') }} as companies
        on associations.crm = companies.crm and associations.to_id = companies.company_id
    where associations.from_object = 'deals' and associations.to_object = 'companies'
)

select
    deals.crm,
    deals.crm || ':' || deals.deal_id as opportunity_id,
    deals.deal_id as record_id,
    deals.name,
    coalesce(stages.stage_name, deals.stage_id) as stage_name,
    deals.amount,
    deals.owner_id,
    {{ record_key('deals.crm', 'companies', 'ranked.company_id') }} as company_record_key,
    cast(null as string) as campaign_id,
    coalesce(stages.probability = 1, deals.is_won, names.stage = 'customer', false) as is_won,
    coalesce(stages.is_closed, deals.is_closed, names.stage in ('customer', 'lost'), false)
    or coalesce(stages.probability in (0, 1), false) as is_closed,
    deals.lost_reason,
    deals.created_at,
    deals.close_date_at
from deals
left join stages
    on
        deals.crm = stages.crm
        and deals.stage_id = stages.stage_id
        and coalesce(deals.pipeline_id, 'default') = stages.pipeline_id
left join names on deals.stage_id = names.value
left join ranked on deals.crm = ranked.crm and deals.deal_id = ranked.deal_id and ranked.place = 1
