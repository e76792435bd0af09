select
    responses.lead_id,
    responses.ready_at,
    responses.first_touch_at,
    responses.first_touch_channel,
    responses.first_touch_rep_id,
    responses.response_minutes,
    scores.sla_minutes,
    case
        when scores.sla_minutes is not null
            then {{ dbt.dateadd('minute', 'scores.sla_minutes', 'responses.ready_at') }}
    end as sla_due_at
from {{ ref('int_responses') }} as responses
inner join {{ ref('int_scores') }} as scores on responses.lead_id = scores.lead_id and scores.is_current
