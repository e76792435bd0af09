-- What a run wrote to the records of an object, in the order of its answers, and what others wrote to them later; what
-- nobody knows to be stored counts too, because the CRM is asked. Of who was erased only that there was a write is left.
with writes as (
    select * from ops.writes where crm = $crm and object = $object
),

mine as (
    select * from writes where run_id = $run_id and status in ('accepted', 'unknown')
),

later as (
    select mine.record_id, list(writes.after_values order by writes.answered_at) as later_values
    from mine
    inner join writes on mine.record_id = writes.record_id and mine.answered_at < writes.answered_at
    where writes.status = 'accepted' and writes.run_id != $run_id
    group by mine.record_id
)

select
    mine.record_id, mine.lead_id, mine.account_id, mine.payload_hash, mine.before_values, mine.after_values,
    later.later_values
from mine
left join later on mine.record_id = later.record_id
order by mine.sent_at
