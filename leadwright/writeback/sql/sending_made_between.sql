-- Since when a lead may be on a list because we put it there, and until when at the latest: the tries that were accepted or
-- whose answer is not known, after the last time that it was taken off. A try without an answer may have been stored as
-- long as a call is repeated.
with writes as (
    select
        coalesce(ids.current_lead_id, w.lead_id) as lead_id,
        substr(w.record_id, instr(w.record_id, '/') + 1) as list_name,
        w.after_values = '{"is_member": true}' as is_join,
        w.status,
        w.sent_at,
        case when w.status = 'accepted' then coalesce(w.crm_updated_at, w.answered_at) else w.sent_at + interval 1 hour end
            as stored_by
    from ops.writes as w
    left join intermediate.int_identity__lead_ids as ids on w.lead_id = ids.lead_id
    where w.crm = $crm and w.object = 'memberships' and w.lead_id is not null
),

ended as (
    select lead_id, list_name, max(sent_at) as ended_at
    from writes
    where not is_join and status in ('accepted', 'skipped')
    group by lead_id, list_name
)

joined as (
    select writes.lead_id, writes.list_name, min(writes.sent_at) as began_at, max(writes.stored_by) as stored_by
    from writes
    left join ended on writes.lead_id = ended.lead_id and writes.list_name = ended.list_name
    where
        writes.is_join
        and writes.status in ('accepted', 'unknown', 'sending')
        and (ended.ended_at is null or writes.sent_at > ended.ended_at)
    group by writes.lead_id, writes.list_name
)

-- an undo names the lead as it was called then
select coalesce(ids.lead_id, joined.lead_id) as lead_id, joined.list_name, joined.began_at, joined.stored_by
from joined
left join intermediate.int_identity__lead_ids as ids on joined.lead_id = ids.current_lead_id
