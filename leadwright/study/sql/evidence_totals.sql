select
    count(distinct lead_id) as leads,
    count(distinct lead_id) filter (where is_converted) as converted,
    min(as_of) as first_at,
    max(as_of) as last_at
from study.moments
where kind = 'who'
