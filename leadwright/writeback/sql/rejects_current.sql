-- What the CRMs refused and has not been answered otherwise since, with the words of the refusal: record ids in them are
-- masked, so that one rule is one line. What an undo was refused it has told itself.
with refused as (
    select
        crm, object, record_id, run_id, code, answered_at, before_values, after_values,
        regexp_replace(
            coalesce(message, ''), '\b[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?\b', '(id)', 'g'
        ) as message
    from ops.writes as w
    where
        status = 'rejected' and not ends_with(coalesce(payload_hash, ''), '/undone')
        and not exists (
            select 1 from ops.writes as later
            where
                later.crm = w.crm and later.object = w.object and later.record_id = w.record_id
                and later.run_id != w.run_id and later.sent_at > w.sent_at
        )
)

select
    refused.*,
    exists (
        select 1 from ops.writes as a
        where
            a.crm = refused.crm and a.object = refused.object and a.record_id = refused.record_id
            and a.run_id = refused.run_id and a.status = 'accepted'
    ) as is_part,
    exists (
        select 1 from ops.retries as r
        where
            r.crm = refused.crm and r.object = refused.object and r.record_id = refused.record_id
            and r.asked_at > refused.answered_at
    ) as is_asked_for
from refused
order by crm, object, code, message, record_id
