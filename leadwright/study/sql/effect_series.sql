-- By the month in which leads came: what became soon of those for whom a rule held, and of the others.
with rules as (
    select unnest($chosen) as rule_id
)

select
    rules.rule_id,
    date_trunc('month', moments.as_of) as month_at,
    count(*) filter (where hits.rule_id is not null) as leads,
    count(*) filter (where hits.rule_id is not null and moments.is_soon) as converted,
    count(*) filter (where hits.rule_id is null) as other_leads,
    count(*) filter (where hits.rule_id is null and moments.is_soon) as other_converted
from study.looked as moments
cross join rules
left join study.hits as hits
    on
        moments.kind = hits.kind
        and moments.lead_id = hits.lead_id
        and moments.as_of = hits.as_of
        and rules.rule_id = hits.rule_id
where moments.kind = 'who'
group by rules.rule_id, month_at
order by rules.rule_id, month_at
