-- What became of each lead from when it was drawn until its step ended, whatever was done about it in the end. What had
-- happened before says nothing: who had been answered, or was an SQL, by then is left out of that outcome, in both groups.

with steps as (
    select
        rollout_id,
        least({{ as_of() }}, coalesce({{ dbt.dateadd('day', 1, 'cast(valid_to as timestamp)') }}, {{ as_of() }})) as until_at
    from {{ ref('rollout') }}
),

drawn as (
    select lots.rollout_id, lots.lead_id, lots.rollout_group, lots.drawn_at, steps.until_at
    from {{ ref('log_rollout_groups') }} as lots
    inner join steps on lots.rollout_id = steps.rollout_id
    inner join {{ ref('dim_leads') }} as leads on lots.lead_id = leads.lead_id
    where lots.drawn_at <= steps.until_at
),

reached as (
    select
        changes.lead_id,
        min(case when stages.is_mql then changes.entered_at end) as mql_at,
        min(case when stages.is_sql then changes.entered_at end) as sql_at
    from {{ ref('int_lifecycle__stage_changes') }} as changes
    inner join {{ ref('stages') }} as stages on changes.stage = stages.stage
    where not stages.is_exit
    group by changes.lead_id
),

-- An opportunity with several people counts as won for each, and its amount for the one at its centre.
sold as (
    select
        drawn.rollout_id,
        drawn.lead_id,
        sum(case when people.place = 1 then opportunities.amount else 0 end) as revenue_amount
    from drawn
    inner join {{ ref('int_accounts__opportunity_leads') }} as people on drawn.lead_id = people.lead_id
    inner join {{ ref('int_accounts__opportunities') }} as opportunities
        on people.opportunity_id = opportunities.opportunity_id
    where
        opportunities.is_won
        and opportunities.closed_at > drawn.drawn_at
        and opportunities.closed_at <= drawn.until_at
    group by drawn.rollout_id, drawn.lead_id
),

outcomes as (
    select
        drawn.*,
        responses.ready_at,
        responses.first_touch_at,
        responses.sla_due_at,
        reached.mql_at,
        reached.sql_at,
        sold.lead_id is not null as is_won,
        sold.revenue_amount,
        responses.first_touch_at is null or responses.first_touch_at > drawn.drawn_at as is_unanswered_before,
        reached.sql_at is null or reached.sql_at > drawn.drawn_at as is_no_sql_before
    from drawn
    left join {{ ref('fct_lead_responses') }} as responses on drawn.lead_id = responses.lead_id
    left join reached on drawn.lead_id = reached.lead_id
    left join sold on drawn.rollout_id = sold.rollout_id and drawn.lead_id = sold.lead_id
)

select
    rollout_id,
    lead_id,
    rollout_group,
    drawn_at,
    until_at,
    case when ready_at <= until_at and is_unanswered_before then coalesce(first_touch_at <= until_at, false) end
        as is_answered,
    case
        when is_unanswered_before and first_touch_at <= until_at
            then cast({{ seconds_between('greatest(ready_at, drawn_at)', 'first_touch_at') }} as double) / 60
    end as response_minutes,
    case
        when sla_due_at > drawn_at and sla_due_at <= until_at and is_unanswered_before
            then coalesce(first_touch_at <= sla_due_at, false)
    end as is_answered_in_time,
    case when is_no_sql_before then coalesce(sql_at <= until_at, false) end as is_sql,
    case when mql_at <= until_at and is_no_sql_before then coalesce(sql_at <= until_at, false) end as is_sql_of_mql,
    is_won,
    cast(coalesce(revenue_amount, 0) as decimal(18, 2)) as revenue_amount
from outcomes
