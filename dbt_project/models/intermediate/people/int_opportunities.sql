with deals as (
    select * from {{ ref('stg_hubspot__deals') }} where not is_deleted
),

stages as (
    select * from {{ ref('stg_hubspot__deal_stages') }}
),

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }} where not is_deleted
),

-- A CRM may leave out pipelines or flags: then the names of its own standard stages speak.
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
        coalesce(stages.probability = 1, deals.is_won, deals.stage_id = 'closedwon', false) as is_won,
        coalesce(stages.is_closed, deals.is_closed, deals.stage_id in ('closedwon', 'closedlost'), false)
        or coalesce(stages.probability in (0, 1), false) as is_closed,
        deals.created_at,
        deals.close_date_at
    from deals
    left join stages on deals.stage_id = stages.stage_id and coalesce(deals.pipeline_id, 'default') = stages.pipeline_id
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
        coalesce(is_won, stage_name = 'Closed Won', false) as is_won,
        coalesce(is_closed, stage_name in ('Closed Won', 'Closed Lost'), false) as is_closed,
        created_at,
        close_date_at
    from opportunities
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
    created_at,
    close_date_at,
    case when is_closed or is_won then close_date_at end as closed_at
from unioned
