select p.crm, p.object, count(*) as record_count, count(p.owner_after) as owner_count
from planned as p
where not exists (select 1 from ops.writes as w where w.crm = p.crm and w.status = 'accepted')
group by p.crm, p.object
order by p.crm, record_count desc
