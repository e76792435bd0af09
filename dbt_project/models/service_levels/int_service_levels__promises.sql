-- From when and how fast an answer is promised: to a lead when it becomes ready, and to one that comes back. A promise from
-- before the lead was ready rested on a moment that is no longer true: a form that was deleted, a date that was corrected.

select
    promises.lead_id,
    'response' as kind,
    promises.promised_from,
    promises.sla_minutes,
    promises.grade,
    promises.play,
    row_number() over (partition by promises.lead_id order by promises.promise_number desc) = 1 as is_latest
from {{ ref('log_response_promises') }} as promises
inner join {{ ref('int_lifecycle__ready_leads') }} as ready
    on promises.lead_id = ready.lead_id and ready.ready_at <= promises.promised_from

union all

select
    lead_id,
    'return' as kind,
    returned_at as promised_from,
    sla_minutes,
    grade,
    cast(null as string) as play,
    row_number() over (partition by lead_id order by returned_at desc) = 1 as is_latest
from {{ ref('log_return_promises') }}
