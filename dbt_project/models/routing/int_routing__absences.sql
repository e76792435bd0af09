-- Whose leads do not wait until he is back: who has left for good, and who is away long enough (routing_policies). All of
-- his leads are handed over, or those alone that somebody should have answered by then. Whom rep_leaves names to stand in
-- takes them, if he is there himself.

with away as (
    select
        reps.rep_id,
        reps.full_name,
        leaves.first_on,
        leaves.last_on,
        lower(leaves.gives_to) as gives_to,
        {{ days_between('leaves.first_on', 'leaves.last_on') }} + 1 as day_count,
        row_number() over (partition by reps.rep_id order by leaves.first_on, leaves.gives_to) as place
    from {{ ref('int_routing__rep_availability') }} as availability
    inner join {{ ref('int_identity__reps') }} as reps on availability.rep_id = reps.rep_id
    inner join {{ ref('rep_leaves') }} as leaves
        on
            reps.email = lower(leaves.email)
            and leaves.first_on <= availability.today
            and (leaves.last_on is null or leaves.last_on >= availability.today)
),

judged as (
    select
        *,
        last_on is null
        or ({{ routing_policy('leave_moves_all_days') }} > 0 and day_count >= {{ routing_policy('leave_moves_all_days') }})
            as is_of_all,
        coalesce(
            {{ routing_policy('leave_moves_due_days') }} > 0 and day_count >= {{ routing_policy('leave_moves_due_days') }},
            false
        ) as is_of_due
    from away
    where place = 1
)

select
    judged.rep_id,
    judged.first_on,
    judged.last_on,
    coalesce(judged.is_of_all, false) as is_of_all,
    case when stand_in_leaves.is_on_leave then cast(null as string) else stand_ins.rep_id end as stand_in_rep_id,
    case when judged.last_on is null then 'owner_left' else 'owner_on_leave' end as reason_code,
    judged.full_name
    || case when judged.last_on is null then ' has left' else ' is away until ' || cast(judged.last_on as string) end
        as reason
from judged
left join {{ ref('int_identity__reps') }} as stand_ins
    on
        judged.gives_to = stand_ins.email
        and judged.rep_id != stand_ins.rep_id
        and stand_ins.is_active
        and not stand_ins.is_routed_from
left join {{ ref('int_routing__rep_availability') }} as stand_in_leaves on stand_ins.rep_id = stand_in_leaves.rep_id
where judged.is_of_all or judged.is_of_due
