-- Where a lead stands and when it got there. A lead that is further along has passed the stages before, but only a word
-- about the stage itself says when: the moment of a later stage is one that only those who went on have, and a rate by
-- such dates is 100%. `…_by_at` is the moment by which the lead was there at the latest, whatever says so.

with reached as (
    select
        events.lead_id,
        {% for stage in ['mql', 'sal', 'sql'] %}
        max(case when stages.is_{{ stage }} then 1 else 0 end) = 1 as is_{{ stage }},
        min(case when events.stage = '{{ stage }}' then events.entered_at end) as {{ stage }}_at,
        {% endfor %}
        {% for stage in ['mql', 'sql'] %}
        min(case when stages.is_{{ stage }} and not stages.is_exit then events.entered_at end) as {{ stage }}_by_at,
        {% endfor %}
        max(case when events.stage in ('opportunity', 'lost', 'customer') then 1 else 0 end) = 1 as is_opportunity,
        min(case when events.stage = 'opportunity' then events.entered_at end) as opportunity_at
    from {{ ref('int_lifecycle__stage_events') }} as events
    inner join {{ ref('stages') }} as stages on events.stage = stages.stage
    group by events.lead_id
),

latest as (
    select * from {{ ref('int_lifecycle__stage_changes') }} where left_at is null
),

wins as (
    select links.lead_id, min(opportunities.closed_at) as won_at
    from {{ ref('int_accounts__opportunities') }} as opportunities
    inner join {{ ref('int_accounts__opportunity_leads') }} as links on opportunities.opportunity_id = links.opportunity_id
    where opportunities.is_won
    group by links.lead_id
)

select
    people.lead_id,
    coalesce(latest.stage, 'lead') as lifecycle_stage,
    latest.entered_at as stage_since,
    latest.reason_code as stage_reason_code,
    coalesce(stages.is_open, true) as is_open,
    coalesce(stages.is_closed, false) as is_closed,
    coalesce(reached.is_mql, false) as is_mql,
    coalesce(reached.is_sal, false) as is_sal,
    coalesce(reached.is_sql, false) as is_sql,
    coalesce(reached.is_opportunity, false) as is_opportunity,
    wins.lead_id is not null as is_won,
    reached.mql_at,
    reached.sal_at,
    reached.sql_at,
    reached.opportunity_at,
    wins.won_at,
    reached.mql_by_at,
    reached.sql_by_at
from {{ ref('int_identity__people') }} as people
left join reached on people.lead_id = reached.lead_id
left join latest on people.lead_id = latest.lead_id
left join {{ ref('stages') }} as stages on latest.stage = stages.stage
left join wins on people.lead_id = wins.lead_id
