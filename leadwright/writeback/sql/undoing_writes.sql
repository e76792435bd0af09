-- What a run wrote to the records of an object, in the order of its answers; what nobody knows to be stored counts too,
-- because the CRM is asked. Of who was erased since nothing is left but that there was a write.
select
    record_id, lead_id, account_id, payload_hash, before_values, after_values, answered_at,
    (
        select list(l.after_values order by l.answered_at) from ops.writes as l
        where
            l.crm = w.crm and l.object = w.object and l.record_id = w.record_id and l.status = 'accepted'
            and l.run_id != w.run_id and l.answered_at > w.answered_at
    ) as later_values
from ops.writes as w
where w.run_id = $run_id and w.crm = $crm and w.object = $object and w.status in ('accepted', 'unknown')
order by w.sent_at
