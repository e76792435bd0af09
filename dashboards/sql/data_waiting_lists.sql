select
    crm,
    substr(record_id, instr(record_id, '/') + 1) as list_or_campaign,
    count(*) filter (after_values = '{"is_member": true}') as put_on_count,
    count(*) filter (after_values != '{"is_member": true}') as taken_off_count
from ops.planned_changes
where run_id = $run_id and object = 'memberships'
group by crm, list_or_campaign
order by crm, list_or_campaign
