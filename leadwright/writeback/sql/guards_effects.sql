-- A lead with several records counts once. What a covering plan has is not counted again, unless it was sent since then.
with sent as (
    select distinct crm, object, record_id
    from ops.writes
    where status = 'accepted' and answered_at > $covered_since
),

covered as (
    select c.crm, c.object, c.record_id, c.grade_after, c.score_after, c.owner_after
    from ops.planned_changes as c
    left join sent on c.crm = sent.crm and c.object = sent.object and c.record_id = sent.record_id
    where c.run_id = $covered_run and sent.record_id is null
),

changes as (
    select
        case when p.account_id is null then 'leads' else 'accounts' end as subject,
        coalesce(p.account_id, p.lead_id) as subject_id,
        (p.grade_before != p.grade_after and p.grade_after is distinct from c.grade_after) as is_regraded,
        (
            abs(p.score_after - p.score_before) > $points
            and coalesce(abs(p.score_after - c.score_after) > $points, true)
        ) as is_rescored,
        (
            p.owner_after is not null
            and (p.owner_before is not null or not p.is_new)
            and p.owner_after is distinct from c.owner_after
        ) as is_moved,
        p.is_made and c.record_id is null as is_task,
        p.object = 'memberships' and c.record_id is null as is_listed
    from planned as p
    left join covered as c on p.crm = c.crm and p.object = c.object and p.record_id = c.record_id
)

select
    subject,
    count(distinct case when is_regraded then subject_id end) as grade,
    count(distinct case when is_rescored then subject_id end) as score,
    count(distinct case when is_moved then subject_id end) as owner,
    count(distinct case when is_task then subject_id end) as task,
    count(distinct case when is_listed then subject_id end) as list
from changes
group by subject
order by subject desc
