with planned as (
    select unnest($crms) as crm, unnest($records) as record_id, unnest($owners) as owner_id
),

records as (
    select
        r.lead_id, r.rep_id as rep_before,
        case when p.owner_id is null then r.rep_id else a.rep_id end as rep_after
    from marts.dim_crm_records as r
    left join planned as p on p.crm = r.crm and p.record_id = r.record_id
    left join marts.dim_rep_accounts as a on a.crm = p.crm and a.owner_id = p.owner_id
    where not r.is_deleted
),

shown as (
    select lead_id, rep_before as rep_id, 1 as before, 0 as after from records where rep_before is not null
    union all
    select lead_id, rep_after as rep_id, 0 as before, 1 as after from records where rep_after is not null
    union all
    select
        lead_id, null as rep_id,
        (count(rep_before) = 0)::int as before, (count(rep_after) = 0)::int as after
    from records
    group by lead_id
),

leads as (
    select lead_id, rep_id, max(before) as before, max(after) as after from shown group by lead_id, rep_id
),

-- where one lead comes from two people in two CRMs, one of them is named
gained as (
    select r.lead_id, r.rep_after as rep_id, max(r.rep_before) as rep_before
    from records as r inner join leads as l on r.lead_id = l.lead_id and r.rep_after = l.rep_id
    where l.after > l.before
    group by r.lead_id, r.rep_after
),

sources as (
    select g.rep_id, coalesce(r.full_name, 'nobody') as name, count(*) as lead_count
    from gained as g left join marts.dim_reps as r on g.rep_before = r.rep_id
    group by g.rep_id, r.full_name
),

from_whom as (
    select rep_id, map_from_entries(list((name, lead_count) order by lead_count desc, name)) as gets_from
    from sources
    group by rep_id
)

select
    coalesce(any_value(r.full_name), 'nobody') as name, coalesce(any_value(r.is_active), true) as is_active,
    sum(before)::int as leads_before, count(*) filter (after > before) as gets,
    count(*) filter (before > after) as loses, sum(after)::int as leads_after,
    any_value(f.gets_from) as gets_from
from leads left join marts.dim_reps as r using (rep_id) left join from_whom as f using (rep_id)
group by rep_id having gets > 0 or loses > 0
order by rep_id is null, gets desc, loses desc, name
