-- The step of the roll-out that holds: where no row of `rollout` does, everything is written about every lead.

with in_force as (
    select * from {{ ref('rollout') }} as steps where {{ rule_in_force('steps', as_of()) }}
)

select
    in_force.rollout_id,
    coalesce(in_force.mode, 'all') as mode,
    coalesce(in_force.share, case when in_force.mode = 'pilot' then cast(0.5 as decimal(9, 4)) else cast(1 as decimal(9, 4)) end)
        as treated_share,
    in_force.segment_id
from (select 1 as one_row) as always
left join in_force on 1 = 1
