-- Scored and assigned are known of leads that became ready after Leadwright had begun; the other moments of all.

with moments as (
    select lead_id, ready_at as moment_at, cast(null as timestamp) as scored_at from {{ ref('int_service_levels__responses') }}
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

decisions as (
    select
        *,
        row_number() over (partition by lead_id order by decision_number) as place,
        lead(assigned_at) over (partition by lead_id order by decision_number) as replaced_at
    from {{ ref('log_assignment_decisions') }}
),

owner_times as (
    select
        lead_id,
        decision_number,
        due_at,
        row_number() over (partition by lead_id, decision_number order by noted_at desc, due_at) as place
    from {{ ref('log_owner_due_times') }}
),

judged as (
    select
        responses.*,
        working.human_working_minutes,
        working.response_working_minutes,
        working.calendar,
        working.promised_grade,
        working.sla_minutes,
        working.sla_due_at,
        {{ sla_status('responses', 'working') }} as sla_status
    from {{ ref('int_service_levels__responses') }} as responses
    left join {{ ref('int_service_levels__response_working_time') }} as working on responses.lead_id = working.lead_id
)

-- A promise was broken by whoever had the lead when it was due, not by the colleague who took it over. Where nobody
-- knows who had it then, because that was before the first run, it is up to whoever answered, else to the first owner.
select
    judged.lead_id,
    judged.ready_at,
    scored.scored_at,
    case when assigned.assigned_at > judged.ready_at then assigned.assigned_at else judged.ready_at end as assigned_at,
    judged.visible_at,
    judged.first_touch_at,
    judged.first_touch_channel,
    judged.first_touch_rep_id,
    case
        when judged.sla_status = 'broken' then coalesce(had.rep_id, judged.first_touch_rep_id, assigned.rep_id)
        else coalesce(judged.first_touch_rep_id, had.rep_id, assigned.rep_id)
    end as responsible_rep_id,
    judged.response_minutes,
    cast({{ seconds_between('judged.ready_at', 'judged.visible_at') }} as double) / 60 as system_minutes,
    cast({{ seconds_between('judged.visible_at', 'judged.first_touch_at') }} as double) / 60 as human_minutes,
    judged.human_working_minutes,
    judged.response_working_minutes,
    judged.calendar,
    judged.promised_grade,
    judged.sla_minutes,
    judged.sla_due_at,
    owner_times.due_at as owner_due_at,
    judged.sla_status
from judged
left join scored on judged.lead_id = scored.lead_id
left join decisions as assigned on judged.lead_id = assigned.lead_id and assigned.place = 1
left join decisions as had
    on
        judged.lead_id = had.lead_id
        and had.assigned_at <= least(coalesce(judged.sla_due_at, {{ as_of() }}), {{ as_of() }})
        and (had.replaced_at > least(coalesce(judged.sla_due_at, {{ as_of() }}), {{ as_of() }}) or had.replaced_at is null)
left join decisions as latest on judged.lead_id = latest.lead_id and latest.replaced_at is null
left join owner_times
    on
        latest.lead_id = owner_times.lead_id
        and latest.decision_number = owner_times.decision_number
        and owner_times.place = 1
