-- When we put a lead on a list, since the last time that it was taken off: when the CRM had stored what it accepted, and
-- the tries of which nobody knows what became. An undo names the lead as it was called then, so that earlier names come
-- with it.
with writes as (
    select
        coalesce(ids.current_lead_id, w.lead_id) as lead_id,
        substr(w.record_id, instr(w.record_id, '/') + 1) as list_name,
        w.after_values = '{"is_member": true}' as is_join,
        w.status,
        w.sent_at,
        w.crm_updated_at
    from ops.writes as w
    left join intermediate.int_identity__lead_ids as ids on w.lead_id = ids.lead_id
    where w.crm = $crm and w.object = 'memberships' and w.lead_id is not null
),

ended as (
    select lead_id, list_name, max(sent_at) as ended_at
    from writes
    where not is_join and status in ('accepted', 'skipped')
    group by lead_id, list_name
),

joined as (
    select
        writes.lead_id,
        writes.list_name,
        max(writes.crm_updated_at) filter (writes.status = 'accepted') as stored_by,
        min(writes.sent_at) filter (writes.status != 'accepted') as first_tried_at,
        max(writes.sent_at) filter (writes.status != 'accepted') as last_tried_at
    from writes
    left join ended on writes.lead_id = ended.lead_id and writes.list_name = ended.list_name
    where
        writes.is_join
        and writes.status in ('accepted', 'unknown', 'sending')
        and (ended.ended_at is null or writes.sent_at > ended.ended_at)
    group by writes.lead_id, writes.list_name
)

select
    coalesce(ids.lead_id, joined.lead_id) as lead_id, joined.list_name, joined.stored_by, joined.first_tried_at,
    joined.last_tried_at
from joined
left join intermediate.int_identity__lead_ids as ids on joined.lead_id = ids.current_lead_id
