-- A task that we made names the person in its subject, whatever its CRM links it to.
insert into gone_keys
select crm || ':made_tasks:' || task_key
from memory.log_lead_tasks
where lead_id in (select lead_id from gone_leads)
