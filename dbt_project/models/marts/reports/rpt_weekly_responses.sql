-- How fast people answered the leads that became ready in a week (Monday, UTC), and what became of the follow-ups that were
-- due in it. Promises that still run, and follow-ups that are not due yet, are counted beside the others.

with responses as (
    select *, cast({{ dbt.date_trunc('week', 'ready_at') }} as date) as week_start_on
    from {{ ref('fct_lead_responses') }}
    where ready_at <= {{ as_of() }}
),

by_ready as (
    select
        week_start_on,
        count(*) as ready_count,
        count(first_touch_at) as response_count,
        cast(median(response_minutes) as double) as median_minutes,
        {{ counted("sla_status = 'kept'") }} as sla_kept_count,
        {{ counted("sla_status = 'broken'") }} as sla_broken_count,
        {{ counted("sla_status = 'running'") }} as sla_running_count
    from responses
    group by week_start_on
),

by_due as (
    select
        cast({{ dbt.date_trunc('week', 'due_at') }} as date) as week_start_on,
        count(*) as follow_up_due_count,
        {{ counted("status = 'done'") }} as follow_up_done_count
    from {{ ref('fct_lead_follow_ups') }}
    where status in ('done', 'late', 'overdue')
    group by cast({{ dbt.date_trunc('week', 'due_at') }} as date)
),

weeks as (
    select week_start_on from by_ready
    union
    select week_start_on from by_due
)

select
    weeks.week_start_on,
    {% for name in ['ready_count', 'response_count'] %}
    coalesce(by_ready.{{ name }}, 0) as {{ name }},
    {% endfor %}
    by_ready.median_minutes,
    {% for name in ['sla_kept_count', 'sla_broken_count', 'sla_running_count'] %}
    coalesce(by_ready.{{ name }}, 0) as {{ name }},
    {% endfor %}
    coalesce(by_due.follow_up_due_count, 0) as follow_up_due_count,
    coalesce(by_due.follow_up_done_count, 0) as follow_up_done_count,
    {{ dbt.dateadd('day', 7, 'weeks.week_start_on') }} <= {{ as_of() }} as is_complete
from weeks
left join by_ready on weeks.week_start_on = by_ready.week_start_on
left join by_due on weeks.week_start_on = by_due.week_start_on
where weeks.week_start_on <= cast({{ as_of() }} as date)
