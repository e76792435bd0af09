-- Who has come to a stage that models learn to foresee, and when. Somebody whose own record never said so, and who is
-- not the first person of the sale, was drawn in by a colleague: nothing that this lead did brought it there.

with sales as (
    select
        links.lead_id,
        links.place,
        row_number() over (
            partition by links.lead_id order by links.joined_at, links.opportunity_id
        ) as turn
    from {{ ref('int_accounts__opportunity_leads') }} as links
),

said as (
    select distinct events.lead_id
    from {{ ref('int_lifecycle__record_events') }} as events
    inner join {{ ref('stages') }} as stages on events.stage = stages.stage
    where stages.is_sql and not stages.is_exit and stages.is_open
),

reached as (
    select lead_id, 'sql' as stage, sql_by_at as reached_at
    from {{ ref('int_lifecycle__lead_stages') }}
    where is_sql
    union all
    select lead_id, 'won' as stage, won_at as reached_at
    from {{ ref('int_lifecycle__lead_stages') }}
    where is_won
)

select
    reached.lead_id,
    reached.stage,
    reached.reached_at,
    coalesce(sales.place > 1, false) and said.lead_id is null as is_drawn_in
from reached
left join sales on reached.lead_id = sales.lead_id and sales.turn = 1
left join said on reached.lead_id = said.lead_id
