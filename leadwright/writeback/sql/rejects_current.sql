-- What the CRMs refused and has not been answered otherwise since, with the words of the refusal: record ids in them are
-- masked, so that one rule is one line. What an undo was refused it has told itself.
with writes as (
    select crm || ' ' || object || ' ' || record_id as record_key, * from ops.writes
),

refused as (
    select
        *,
        regexp_replace(coalesce(message, ''), '\b[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?\b', '(id)', 'g') as words
    from writes
    where status = 'rejected' and not ends_with(coalesce(payload_hash, ''), '/undone')
),

latest as (
    select record_key, arg_max(run_id, sent_at) as run_id from writes group by record_key
),

stored as (
    select distinct record_key, run_id from writes where status = 'accepted'
),

asked as (
    select crm || ' ' || object || ' ' || record_id as record_key, max(asked_at) as asked_at
    from ops.retries
    group by crm, object, record_id
)

select
    refused.crm, refused.object, refused.record_id, refused.code, refused.words as message, refused.answered_at,
    refused.after_values, stored.record_key is not null as is_part,
    coalesce(asked.asked_at > refused.answered_at, false) as is_asked_for
from refused
inner join latest on refused.record_key = latest.record_key and refused.run_id = latest.run_id
left join stored on refused.record_key = stored.record_key and refused.run_id = stored.run_id
left join asked on refused.record_key = asked.record_key
order by refused.crm, refused.object, refused.code, refused.words, refused.record_id
