-- Who takes leads in which pool, whether he is there or not.

select
    takers.pool,
    takers.rep_id,
    takers.full_name,
    takers.weight,
    takers.capacity,
    availability.is_on_leave,
    availability.is_at_work,
    availability.absence,
    availability.absent_share
from {{ ref('int_routing__lead_takers') }} as takers
inner join {{ ref('int_routing__rep_availability') }} as availability on takers.rep_id = availability.rep_id
where takers.pool is not null
