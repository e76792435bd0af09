{% set log = earlier_rows('int_assignment_decisions') %}

-- From when and how fast an answer is promised: to a lead when it becomes ready, to one that comes back, and by the
-- owner whom our rules chose, who has the whole time from when he has the lead. A promise from before the lead was ready
-- rested on a moment that is no longer true: a form that was deleted, a date that was corrected.

with responses as (
    select
        promises.lead_id,
        promises.promise_number,
        promises.promised_from,
        promises.sla_minutes,
        promises.grade,
        promises.play,
        ready.ready_at,
        row_number() over (partition by promises.lead_id order by promises.promise_number desc) = 1 as is_latest
    from {{ ref('int_response_promises') }} as promises
    inner join {{ ref('int_ready_leads') }} as ready
        on promises.lead_id = ready.lead_id and ready.ready_at <= promises.promised_from
),

assigned as (
    {% if log %}
    select lead_id, max(assigned_at) as assigned_at from {{ log }} where assigned_at <= {{ as_of() }} group by lead_id
    {% else %}
    select lead_id, promised_from as assigned_at from responses where 1 = 0
    {% endif %}
)

select lead_id, 'response' as kind, promised_from, sla_minutes, grade, play, is_latest
from responses
union all
select
    lead_id,
    'return' as kind,
    returned_at as promised_from,
    sla_minutes,
    grade,
    cast(null as string) as play,
    row_number() over (partition by lead_id order by returned_at desc) = 1 as is_latest
from {{ ref('int_return_promises') }}
union all
select
    responses.lead_id,
    'owner' as kind,
    greatest(assigned.assigned_at, responses.ready_at) as promised_from,
    responses.sla_minutes,
    responses.grade,
    responses.play,
    true as is_latest
from responses
inner join assigned on responses.lead_id = assigned.lead_id
where responses.is_latest
