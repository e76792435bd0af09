-- The first tasks that are made in an account are asked about like the first records that are changed there.
with plan as (
    select p.*, p.crm || case when p.is_made then ' tasks' else '' end as subject from planned as p
)

select p.subject, p.crm, p.object, p.is_made, count(*) as record_count, count(p.owner_after) as owner_count
from plan as p
where
    not exists (
        select 1 from ops.writes as w
        where w.crm = p.crm and w.status = 'accepted' and (not p.is_made or w.object = p.object)
    )
group by p.subject, p.crm, p.object, p.is_made
order by p.subject, record_count desc
