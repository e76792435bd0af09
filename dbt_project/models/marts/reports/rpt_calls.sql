-- Open leads that wait for a person: for the first answer, for one because they came back, or for the next follow-up. A
-- lead waits for one thing at a time: a promise before a follow-up, and of two promises the one that is due first. Follow-ups
-- that are due on a later day are no calls of today.

with waits as (
    select
        lead_id,
        'first_answer' as waits_for,
        1 as urgency,
        ready_at as since_at,
        coalesce(owner_due_at, sla_due_at) as due_at,
        sla_due_at as promised_at
    from {{ ref('fct_lead_responses') }}
    where first_touch_at is null and sla_due_at is not null

    union all

    select
        lead_id,
        'came_back' as waits_for,
        1 as urgency,
        returned_at as since_at,
        sla_due_at as due_at,
        sla_due_at as promised_at
    from {{ ref('fct_lead_returns') }}
    where is_latest and first_touch_at is null and sla_due_at is not null

    union all

    -- a follow-up is due the whole day
    select
        lead_id,
        'follow_up' as waits_for,
        2 as urgency,
        due_at as since_at,
        {{ dbt.dateadd('day', 1, dbt.date_trunc('day', 'due_at')) }} as due_at,
        cast(null as timestamp) as promised_at
    from {{ ref('fct_lead_follow_ups') }}
    where status in ('overdue', 'open') and cast(due_at as date) <= cast({{ as_of() }} as date)
),

first_waits as (
    select
        *,
        row_number() over (partition by lead_id order by urgency, due_at, waits_for) as turn
    from waits
)

select
    leads.lead_id,
    leads.full_name,
    leads.company_name,
    leads.phone,
    leads.lead_source,
    assignments.rep_id,
    assignments.owner_name,
    scores.grade,
    scale.place as grade_place,
    scores.score,
    scores.next_action,
    scores.top_reasons,
    first_waits.waits_for,
    first_waits.since_at,
    first_waits.due_at,
    first_waits.promised_at
from first_waits
inner join {{ ref('dim_leads') }} as leads on first_waits.lead_id = leads.lead_id
inner join {{ ref('fct_lead_scores') }} as scores on first_waits.lead_id = scores.lead_id
inner join {{ ref('grade_scale') }} as scale on scores.grade = scale.grade
left join {{ ref('fct_lead_assignments') }} as assignments on first_waits.lead_id = assignments.lead_id
where first_waits.turn = 1 and leads.is_open
