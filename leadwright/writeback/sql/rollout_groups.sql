select
    rollout_id,
    mode,
    count(*) as leads,
    count(*) filter (rollout_group = 'treated') as treated,
    count(*) filter (rollout_group = 'control') as control,
    count(*) filter (rollout_group = 'outside') as outside
from intermediate.int_writing__rollout
group by rollout_id, mode
