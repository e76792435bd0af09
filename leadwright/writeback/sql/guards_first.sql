-- The first tasks that are made in an account, and the first people who are put on its lists, are asked about like the
-- first records that are changed there.
with plan as (
    select
        p.*,
        case when p.is_made then 'tasks' when p.object = 'memberships' then 'lists' else '' end as kind
    from planned as p
)

select trim(p.crm || ' ' || p.kind) as subject, p.crm, p.object, p.kind, count(*) as record_count, count(p.owner_after) as owner_count
from plan as p
where
    not exists (
        select 1 from ops.writes as w
        where w.crm = p.crm and w.status = 'accepted' and (p.kind = '' or w.object = p.object)
    )
group by p.crm, p.object, p.kind
order by subject, record_count desc
