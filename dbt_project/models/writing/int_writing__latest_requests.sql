-- The due time of a request before the latest would call for an answer that was given. Nobody is late with a lead that is
-- closed, or that came back when nothing was promised.

with returns as (
    select
        returns.lead_id,
        working.sla_due_at,
        returns.first_touch_at,
        {{ sla_status('returns', 'working') }} as sla_status,
        row_number() over (partition by returns.lead_id order by returns.return_number desc) as place
    from {{ ref('int_lifecycle__lead_returns') }} as returns
    left join {{ ref('int_service_levels__return_working_time') }} as working
        on returns.lead_id = working.lead_id and returns.return_number = working.return_number
),

requests as (
    select lead_id, true as is_return, sla_due_at, first_touch_at, sla_status from returns where place = 1

    union all

    select
        responses.lead_id,
        false as is_return,
        working.sla_due_at,
        responses.first_touch_at,
        {{ sla_status('responses', 'working') }} as sla_status
    from {{ ref('int_service_levels__responses') }} as responses
    left join {{ ref('int_service_levels__response_working_time') }} as working on responses.lead_id = working.lead_id
    where responses.lead_id not in (select lead_id from returns)
)

select
    requests.lead_id,
    {{ dbt.date_trunc('second', 'requests.sla_due_at') }} as sla_due_at,
    case
        when requests.sla_status = 'kept' then 'met'
        when requests.sla_status = 'broken' and requests.first_touch_at is not null then 'missed'
        when requests.sla_status is not null and stages.is_closed then 'none'
        when requests.sla_status = 'broken' then 'overdue'
        when requests.sla_status = 'running' then 'open'
        when requests.is_return then 'none'
    end as sla_status
from requests
left join {{ ref('int_lifecycle__lead_stages') }} as stages on requests.lead_id = stages.lead_id
