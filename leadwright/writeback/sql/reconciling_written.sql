-- Everything that a CRM has accepted for an object's records, or for some of them drawn by a hash, oldest first. Of who
-- was erased nothing is left to compare.
with writes as (
    select record_id, after_values, answered_at
    from ops.writes
    where crm = $crm and object = $object and status = 'accepted' and after_values is not null
),

drawn as (
    select distinct record_id
    from writes
    order by hash(record_id || $seed)
    limit coalesce($sample, 9223372036854775807)
)

select writes.record_id, writes.after_values
from writes
inner join drawn on writes.record_id = drawn.record_id
order by writes.record_id, writes.answered_at
