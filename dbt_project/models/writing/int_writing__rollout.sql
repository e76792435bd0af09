-- About which leads the CRMs are told. In shadow about none; where no step of the roll-out holds, about all; else about
-- those of the treated group.

select
    people.lead_id,
    rollout.rollout_id,
    rollout.mode,
    case
        when rollout.rollout_id is not null and rollout.mode != 'shadow' then coalesce(lots.rollout_group, 'outside')
    end as rollout_group,
    rollout.mode != 'shadow'
    and (rollout.rollout_id is null or coalesce(lots.rollout_group, 'outside') = 'treated') as is_sent
from {{ ref('int_identity__people') }} as people
cross join {{ ref('int_routing__rollout') }} as rollout
left join {{ ref('log_rollout_groups') }} as lots
    on people.lead_id = lots.lead_id and rollout.rollout_id = lots.rollout_id
