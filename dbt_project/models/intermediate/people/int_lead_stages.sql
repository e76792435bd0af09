-- Where a lead stands and when it got there. A lead that is further along has passed the stages before, so their
-- moment is at the latest that of the next stage known.

with members as (
    select * from {{ ref('int_member_records') }}
),

mapping as (
    select mapped.crm, mapped.field, mapped.value, mapped.stage, stages.stage_rank
    from {{ ref('lead_stages') }} as mapped
    inner join {{ ref('stages') }} as stages on mapped.stage = stages.stage
),

ranks as (
    select members.lead_id, mapping.stage_rank
    from members
    inner join mapping
        on
            members.crm = mapping.crm
            and (
                (mapping.field = 'lifecyclestage' and members.stage_value = mapping.value)
                or (mapping.field in ('hs_lead_status', 'Status') and members.status_value = mapping.value)
            )
    union all
    select members.lead_id, stages.stage_rank
    from members
    inner join {{ ref('stages') }} as stages on stages.stage = 'sql'
    where members.is_converted
    union all
    select links.lead_id, stages.stage_rank
    from {{ ref('int_opportunities') }} as opportunities
    inner join {{ ref('int_opportunity_leads') }} as links on opportunities.opportunity_id = links.opportunity_id
    inner join {{ ref('stages') }} as stages
        on stages.stage = case when opportunities.is_won then 'customer' else 'opportunity' end
    where opportunities.is_won or not opportunities.is_closed
),

reached as (
    select lead_id, max(stage_rank) as stage_rank from ranks group by lead_id
),

moments as (
    select
        lead_id,
        min(case when stage in ('mql', 'sql', 'opportunity', 'customer') then entered_at end) as mql_at,
        min(case when stage in ('sql', 'opportunity', 'customer') then entered_at end) as sql_at,
        min(case when stage in ('opportunity', 'customer') then entered_at end) as opportunity_at
    from {{ ref('int_stage_events') }}
    group by lead_id
),

wins as (
    select links.lead_id, min(opportunities.closed_at) as won_at
    from {{ ref('int_opportunities') }} as opportunities
    inner join {{ ref('int_opportunity_leads') }} as links on opportunities.opportunity_id = links.opportunity_id
    where opportunities.is_won
    group by links.lead_id
)

select
    people.lead_id,
    coalesce(stages.stage, 'lead') as lifecycle_stage,
    coalesce(stages.is_mql, false) or moments.mql_at is not null as is_mql,
    coalesce(stages.is_sql, false) or moments.sql_at is not null as is_sql,
    wins.lead_id is not null as is_won,
    moments.mql_at,
    moments.sql_at,
    moments.opportunity_at,
    wins.won_at
from {{ ref('int_people') }} as people
left join reached on people.lead_id = reached.lead_id
left join {{ ref('stages') }} as stages on reached.stage_rank = stages.stage_rank
left join moments on people.lead_id = moments.lead_id
left join wins on people.lead_id = wins.lead_id
