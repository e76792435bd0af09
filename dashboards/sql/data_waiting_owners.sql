with owners as (
    select
        accounts.crm,
        accounts.owner_id,
        reps.full_name || case when accounts.is_active then '' else ' (left)' end as owner_name
    from marts.dim_rep_accounts as accounts
    inner join marts.dim_reps as reps on accounts.rep_id = reps.rep_id
),

moves as (
    select
        planned.lead_id,
        case when planned.owner_before is null then 'nobody' else coalesce(before.owner_name, 'somebody unknown') end
            as owner_before,
        coalesce(after.owner_name, 'somebody unknown') as owner_after
    from ops.planned_changes as planned
    left join owners as before on planned.crm = before.crm and planned.owner_before = before.owner_id
    left join owners as after on planned.crm = after.crm and planned.owner_after = after.owner_id
    where planned.run_id = $run_id and planned.owner_after is not null
)

select
    owner_before,
    owner_after,
    count(distinct lead_id) as lead_count
from moves
group by owner_before, owner_after
order by lead_count desc, owner_before, owner_after
