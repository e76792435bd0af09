-- When an opportunity was opened, won, lost and reopened. The present state is dated by its close date, to the minute
-- where a stage history has a row of that day; history alone knows what was taken back since. Without a history only the
-- present state is known.

with opportunities as (
    select
        *,
        case when is_won then 'customer' when is_closed then 'lost' else 'opportunity' end as stage
    from {{ ref('int_accounts__opportunities') }}
),

-- What a stage means is told by the opportunities that stand in it, else by its name.
meanings as (
    select crm, stage_name, min(stage) as stage from opportunities group by crm, stage_name
),

history as (
    select
        history.opportunity_id,
        history.move_key,
        history.changed_at,
        coalesce(meanings.stage, history.standard_stage, 'opportunity') as stage
    from {{ ref('unified_opportunity_moves') }} as history
    left join meanings on history.crm = meanings.crm and history.stage_name = meanings.stage_name
),

steps as (
    select
        *,
        lag(stage) over (partition by opportunity_id order by changed_at, move_key) as earlier_stage
    from history
),

turns as (
    select
        *,
        row_number() over (partition by opportunity_id order by changed_at desc, move_key desc) as place_from_last
    from steps
    where earlier_stage != stage
),

moves as (
    select
        opportunity_id,
        'opportunity' as stage,
        created_at as moved_at,
        cast(null as string) as lost_reason,
        'Opportunity opened' as evidence
    from opportunities

    union all

    select
        opportunities.opportunity_id,
        opportunities.stage,
        case
            when cast(turns.changed_at as date) = cast(opportunities.closed_at as date) then turns.changed_at
            else opportunities.closed_at
        end as moved_at,
        opportunities.lost_reason,
        case when opportunities.is_won then 'Opportunity won' else 'Opportunity lost' end as evidence
    from opportunities
    left join turns
        on
            opportunities.opportunity_id = turns.opportunity_id
            and turns.place_from_last = 1
            and opportunities.stage = turns.stage
    where opportunities.is_closed

    union all

    select
        turns.opportunity_id,
        turns.stage,
        turns.changed_at as moved_at,
        cast(null as string) as lost_reason,
        'Opportunity stage history' as evidence
    from turns
    inner join opportunities on turns.opportunity_id = opportunities.opportunity_id
    where turns.place_from_last > 1 or turns.stage != opportunities.stage or not opportunities.is_closed
)

select
    opportunity_id,
    stage,
    moved_at,
    lost_reason,
    evidence
from moves
where moved_at is not null
