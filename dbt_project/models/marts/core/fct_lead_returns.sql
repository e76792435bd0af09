select
    returns.lead_id,
    returns.return_number,
    returns.return_number = max(returns.return_number) over (partition by returns.lead_id) as is_latest,
    returns.returned_at,
    returns.first_touch_at,
    returns.first_touch_channel,
    returns.first_touch_rep_id,
    cast({{ seconds_between('returns.returned_at', 'returns.first_touch_at') }} as double) / 60 as response_minutes,
    working.response_working_minutes,
    working.calendar,
    working.promised_grade,
    working.sla_minutes,
    working.sla_due_at,
    {{ sla_status('returns', 'working') }} as sla_status
from {{ ref('int_lifecycle__lead_returns') }} as returns
left join {{ ref('int_service_levels__return_working_time') }} as working
    on returns.lead_id = working.lead_id and returns.return_number = working.return_number
