-- Everything that a CRM has accepted for an object's records, or for some of them drawn by a hash, oldest first. Of who
-- was erased nothing is left to compare.
with records as (
    select distinct record_id
    from ops.writes
    where crm = $crm and object = $object and status = 'accepted' and after_values is not null
    order by hash(record_id || $seed)
    limit coalesce($sample, 9223372036854775807)
)

select w.record_id, w.after_values
from ops.writes as w
inner join records using (record_id)
where w.crm = $crm and w.object = $object and w.status = 'accepted'
order by w.record_id, w.answered_at
