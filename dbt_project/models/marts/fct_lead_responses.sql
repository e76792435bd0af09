-- Scored and assigned are known of leads that became ready after Leadwright had begun; the other moments of all.

with moments as (
    select lead_id, ready_at as moment_at, cast(null as timestamp) as scored_at from {{ ref('int_responses') }}
    union all
    select cast(null as string) as lead_id, {{ in_utc('as_of') }} as moment_at, {{ in_utc('as_of') }} as scored_at
    from {{ source('ops', 'runs') }}
    union all
    select cast(null as string) as lead_id, {{ as_of() }} as moment_at, {{ as_of() }} as scored_at
),

-- The next run at or after each moment, without pairing every lead with every run.
scored as (
    select
        lead_id,
        min(scored_at) over (
            order by moment_at, case when lead_id is null then 1 else 0 end
            rows between current row and unbounded following
        ) as scored_at
    from moments
),

assigned as (
    select lead_id, min(assigned_at) as assigned_at from {{ ref('int_assignment_decisions') }} group by lead_id
)

select
    responses.lead_id,
    responses.ready_at,
    scored.scored_at,
    case when assigned.assigned_at > responses.ready_at then assigned.assigned_at else responses.ready_at end
        as assigned_at,
    responses.visible_at,
    responses.first_touch_at,
    responses.first_touch_channel,
    responses.first_touch_rep_id,
    responses.response_minutes,
    cast({{ seconds_between('responses.ready_at', 'responses.visible_at') }} as double) / 60 as system_minutes,
    cast({{ seconds_between('responses.visible_at', 'responses.first_touch_at') }} as double) / 60 as human_minutes,
    working.human_working_minutes,
    working.response_working_minutes,
    working.calendar,
    scores.sla_minutes,
    working.sla_due_at,
    working.owner_due_at,
    case
        when scores.sla_minutes is null then cast(null as string)
        when responses.first_touch_at <= working.sla_due_at then 'kept'
        when coalesce(responses.first_touch_at, {{ as_of() }}) > working.sla_due_at then 'broken'
        else 'running'
    end as sla_status
from {{ ref('int_responses') }} as responses
inner join {{ ref('int_scores') }} as scores on responses.lead_id = scores.lead_id and scores.is_current
left join {{ ref('int_response_working_time') }} as working on responses.lead_id = working.lead_id
left join scored on responses.lead_id = scored.lead_id
left join assigned on responses.lead_id = assigned.lead_id
