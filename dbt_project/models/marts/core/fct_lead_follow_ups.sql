-- What was to be done about a lead after the first touch, and what became of it: tasks with a due date in a CRM, and
-- the steps of the play that the lead had when it was answered, or of what is done instead where it mails and the lead
-- cannot be mailed. A step is done by the next touch, whatever its kind; it
-- is dropped when the lead answers or moves on before it is due. Due is the whole day, by UTC.

with planned as (
    select
        follow_up_id,
        lead_id,
        'task' as origin,
        cast(null as integer) as step,
        rep_id,
        due_at,
        done_at,
        cast(null as timestamp) as dropped_at
    from {{ ref('int_engagement__planned_tasks') }}
),

answered as (
    select
        responses.lead_id,
        responses.first_touch_at,
        responses.first_touch_rep_id,
        case when current_plays.can_be_mailed then plays.play else coalesce(plays.without_email, plays.play) end as play
    from {{ ref('int_service_levels__responses') }} as responses
    inner join {{ ref('int_service_levels__response_working_time') }} as working on responses.lead_id = working.lead_id
    inner join {{ ref('plays') }} as plays on working.promised_play = plays.play
    inner join {{ ref('int_scoring__lead_plays') }} as current_plays
        on responses.lead_id = current_plays.lead_id and current_plays.is_current
    where responses.first_touch_at is not null
),

later_touches as (
    select
        answered.lead_id,
        touches.touched_at,
        row_number() over (partition by answered.lead_id order by touches.touched_at, touches.touch_id) as step
    from answered
    inner join {{ ref('fct_lead_touches') }} as touches
        on answered.lead_id = touches.lead_id and answered.first_touch_at < touches.touched_at
),

moves as (
    select lead_id, occurred_at as moved_at
    from {{ ref('int_engagement__signals') }}
    where signal in ('email_replied', 'call_received', 'meeting_booked')
    union all
    select lead_id, entered_at as moved_at
    from {{ ref('int_lifecycle__stage_events') }}
    where stage not in ('lead', 'mql', 'sal')
),

first_moves as (
    select answered.lead_id, min(moves.moved_at) as moved_at
    from answered
    inner join moves on answered.lead_id = moves.lead_id and answered.first_touch_at < moves.moved_at
    where moves.moved_at <= {{ as_of() }}
    group by answered.lead_id
),

steps as (
    select
        answered.lead_id || '/' || cast(cadences.step as string) as follow_up_id,
        answered.lead_id,
        'play' as origin,
        cadences.step,
        answered.first_touch_rep_id as rep_id,
        {{ dbt.dateadd('day', 'cadences.after_days', 'answered.first_touch_at') }} as due_at,
        later_touches.touched_at as done_at,
        first_moves.moved_at as dropped_at
    from answered
    inner join {{ ref('follow_up_cadences') }} as cadences on answered.play = cadences.play
    left join later_touches on answered.lead_id = later_touches.lead_id and cadences.step = later_touches.step
    left join first_moves on answered.lead_id = first_moves.lead_id
),

follow_ups as (
    select * from planned
    union all
    select * from steps
)

select
    follow_ups.follow_up_id,
    follow_ups.lead_id,
    follow_ups.origin,
    follow_ups.step,
    follow_ups.rep_id,
    reps.full_name as owner_name,
    cast(follow_ups.due_at as timestamp) as due_at,
    follow_ups.done_at,
    case
        when {{ days_between('follow_ups.due_at', 'follow_ups.done_at') }} <= 0 then 'done'
        when
            {{ days_between('follow_ups.due_at', 'follow_ups.dropped_at') }} <= 0
            and (follow_ups.done_at is null or follow_ups.dropped_at < follow_ups.done_at)
            then 'dropped'
        when follow_ups.done_at is not null then 'late'
        when {{ days_between('follow_ups.due_at', as_of()) }} > 0 then 'overdue'
        else 'open'
    end as status
from follow_ups
inner join {{ ref('int_identity__people') }} as people on follow_ups.lead_id = people.lead_id
left join {{ ref('int_identity__reps') }} as reps on follow_ups.rep_id = reps.rep_id
