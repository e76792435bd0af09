-- What happened and asks for a task, who gets the task and in which CRM. A lead reaches a grade when something
-- happened to it: that rules or thresholds changed is no news of a lead, nor is the first score of one that was
-- there before tasks were switched on, nor what happened more than a week ago, as when the roll-out begins. Nothing
-- is made beside a record that the CRM shows as another rep's; of several the first by record_precedence.

with rules as (
    select *, cast(made_from as timestamp) as made_from_at from {{ ref('crm_tasks') }}
),

decisions as (
    select *, row_number() over (partition by lead_id order by decision_number desc) as place
    from {{ ref('log_assignment_decisions') }}
    where assigned_at <= {{ as_of() }}
),

turnings as (
    select *, row_number() over (partition by lead_id, grade order by change_number desc) as place
    from {{ ref('log_lead_score_history') }}
    where earlier_grade is distinct from grade
),

turned as (
    select
        turnings.lead_id,
        rules.kind,
        rules.grade,
        coalesce(rules.quiet_days, 30) as quiet_days,
        turnings.change_number as event_number,
        turnings.changed_at as event_at,
        owners.rep_id,
        cast(null as string) as other_rep_id
    from turnings
    inner join rules on rules.kind = 'reached_grade' and turnings.grade = rules.grade
    inner join {{ ref('int_scoring__current_scores') }} as scores
        on turnings.lead_id = scores.lead_id and turnings.grade = scores.grade
    inner join {{ ref('int_identity__people') }} as people on turnings.lead_id = people.lead_id
    inner join {{ ref('int_routing__assignments') }} as owners on turnings.lead_id = owners.lead_id
    where
        turnings.place = 1
        and turnings.changed_at >= rules.made_from_at
        and coalesce(turnings.grade_cause, '') not in ('rule change', 'population')
        and (turnings.earlier_grade is not null or people.created_at >= rules.made_from_at)
),

given as (
    select
        decisions.lead_id,
        rules.kind,
        cast(null as string) as grade,
        0 as quiet_days,
        decisions.decision_number as event_number,
        decisions.assigned_at as event_at,
        case rules.kind when 'given_on' then decisions.rep_id else earlier.rep_id end as rep_id,
        case rules.kind when 'given_on' then earlier.rep_id else decisions.rep_id end as other_rep_id
    from decisions
    inner join decisions as earlier
        on decisions.lead_id = earlier.lead_id and decisions.decision_number = earlier.decision_number + 1
    inner join rules on rules.kind in ('given_on', 'taken_away') and decisions.assigned_at >= rules.made_from_at
    where decisions.place = 1 and decisions.reason_code = 'not_answered_in_time' and decisions.rep_id != earlier.rep_id
),

events as (
    select * from turned
    union all
    select * from given
),

placed as (
    select
        events.*,
        records.crm,
        row_number() over (
            partition by events.lead_id, events.kind, events.grade, events.event_number
            order by case when records.shown_rep_id = events.rep_id then 0 else 1 end, records.precedence, records.record_key
        ) as place
    from events
    inner join {{ ref('int_writing__task_records') }} as records on events.lead_id = records.lead_id and records.place = 1
    inner join {{ ref('int_identity__crm_owners') }} as accounts
        on records.crm = accounts.crm and events.rep_id = accounts.rep_id and accounts.place = 1 and accounts.is_active
    where
        events.event_at > {{ dbt.dateadd('day', -7, as_of()) }}
        and coalesce(records.shown_rep_id, events.rep_id) in (events.rep_id, coalesce(events.other_rep_id, events.rep_id))
)

select
    {{ dbt.hash(
        "lead_id || '/' || kind || '/' || coalesce(grade, '') || '/' || cast(event_number as string)"
    ) }} as task_key,
    lead_id,
    kind,
    grade,
    quiet_days,
    event_at,
    crm,
    rep_id,
    other_rep_id
from placed
where place = 1
