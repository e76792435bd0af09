-- The latest runs that wrote, newest first: what they wrote, and what of it was undone or stays away.
with written as (
    select
        run_id, min(sent_at) as began_at, count(*) filter (status = 'accepted') as record_count
    from ops.writes
    group by run_id
    having record_count > 0
),

taken_back as (
    select
        run_id, count(distinct crm || object || record_id) as undone_count,
        count(distinct crm || object || record_id) filter (lifted_at is null) as held_count
    from ops.undone
    group by run_id
)

select
    written.run_id, runs.flow, written.began_at, written.record_count,
    coalesce(taken_back.undone_count, 0) as undone_count, coalesce(taken_back.held_count, 0) as held_count
from written
left join ops.runs as runs using (run_id)
left join taken_back using (run_id)
order by written.began_at desc
limit $most
