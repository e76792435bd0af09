-- Of the records of each object that were sent within a day, those of which the CRM refused something when they were
-- last sent. Refused records are sent again after a day.
with sent as (
    select crm, object, record_id, run_id, max(sent_at) as sent_at, bool_or(status = 'rejected') as is_rejected
    from ops.writes
    where status in ('accepted', 'rejected') and sent_at > now() - interval 24 hour
    group by crm, object, record_id, run_id
),

latest as (
    select *
    from sent
    qualify row_number() over (partition by crm, object, record_id order by sent_at desc) = 1
)

select crm, object, count(*) as sent_count, count(*) filter (is_rejected) as rejected_count
from latest
group by crm, object
order by crm, object
