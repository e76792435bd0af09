select
    responses.lead_id,
    responses.ready_at,
    responses.first_touch_at,
    responses.first_touch_channel,
    responses.first_touch_rep_id,
    responses.response_minutes,
    working.response_working_minutes,
    working.calendar,
    scores.sla_minutes,
    working.sla_due_at,
    case
        when scores.sla_minutes is null then cast(null as string)
        when responses.first_touch_at <= working.sla_due_at then 'kept'
        when coalesce(responses.first_touch_at, {{ as_of() }}) > working.sla_due_at then 'broken'
        else 'running'
    end as sla_status
from {{ ref('int_responses') }} as responses
inner join {{ ref('int_scores') }} as scores on responses.lead_id = scores.lead_id and scores.is_current
left join {{ ref('int_response_working_time') }} as working on responses.lead_id = working.lead_id
