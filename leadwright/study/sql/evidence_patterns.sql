-- Moments for which the same of the chosen rules hold, with what became of them; a lead counts as one, however many
-- moments it has.
with weights as (
    select
        kind,
        count(distinct lead_id) / count(*) as weight
    from study.moments
    group by kind
),

hits as (
    select *
    from study.hits
    where list_contains($chosen, rule_id)
),

sets as (
    select
        moments.kind,
        moments.lead_id,
        moments.as_of,
        moments.is_converted,
        string_agg(hits.rule_id, '|' order by hits.rule_id) as rules
    from study.moments as moments
    left join hits
        on moments.kind = hits.kind and moments.lead_id = hits.lead_id and moments.as_of = hits.as_of
    group by moments.kind, moments.lead_id, moments.as_of, moments.is_converted
)

select
    sets.kind,
    coalesce(sets.rules, '') as rules,
    sum(weights.weight) as leads,
    coalesce(sum(weights.weight) filter (where sets.is_converted), 0) as converted
from sets
inner join weights on sets.kind = weights.kind
group by sets.kind, sets.rules
order by sets.kind, rules
