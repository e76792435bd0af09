with deals as (
    select * from {{ ref('stg_hubspot__deals') }} where not is_deleted
),

stages as (
    select * from {{ ref('stg_hubspot__deal_stages') }}
),

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }} where not is_deleted
),

-- A CRM may leave out pipelines or flags: then the names of its standard stages speak.
names as (
    select crm, value, stage from {{ ref('lead_stages') }} where field in ('dealstage', 'StageName')
),

hubspot as (
    select
        concat('hubspot:', deals.deal_id) as opportunity_id,
        'hubspot' as crm,
        deals.deal_id as record_id,
        deals.name,
        coalesce(stages.stage_name, deals.stage_id) as stage_name,
        deals.amount,
        deals.owner_id,
        cast(null as string) as account_record_id,
        cast(null as string) as campaign_id,
        coalesce(stages.probability = 1, deals.is_won, names.stage = 'customer', false) as is_won,
        coalesce(stages.is_closed, deals.is_closed, names.stage in ('customer', 'lost'), false)
        or coalesce(stages.probability in (0, 1), false) as is_closed,
        deals.lost_reason,
        deals.created_at,
        deals.close_date_at
    from deals
    left join stages on deals.stage_id = stages.stage_id and coalesce(deals.pipeline_id, 'default') = stages.pipeline_id
    left join names on names.crm = 'hubspot' and deals.stage_id = names.value
),

salesforce as (
    select
        concat('salesforce:', opportunity_id) as opportunity_id,
        'salesforce' as crm,
        opportunity_id as record_id,
        name,
        stage_name,
        amount,
        owner_id,
        account_id as account_record_id,
        campaign_id,
        coalesce(is_won, names.stage = 'customer', false) as is_won,
        coalesce(is_closed, names.stage in ('customer', 'lost'), false) as is_closed,
        cast(null as string) as lost_reason,
        created_at,
        close_date_at
    from opportunities
    left join names on names.crm = 'salesforce' and opportunities.stage_name = names.value
),

unioned as (
    select * from hubspot
    union all
    select * from salesforce
)

select
    opportunity_id,
    crm,
    record_id,
    name,
    stage_name,
    amount,
    owner_id,
    account_record_id,
    campaign_id,
    is_won,
    is_closed or is_won as is_closed,
    case when is_closed and not is_won then lost_reason end as lost_reason,
    created_at,
    close_date_at,
    case when is_closed or is_won then close_date_at end as closed_at
from unioned
