-- Each rule with the leads that it held for at some moment and those without, and how many of their moments were followed
-- by the outcome.
with leads as (
    select
        kind,
        lead_id,
        count(*) as moments,
        count(*) filter (where is_converted) as converted
    from study.moments
    group by kind, lead_id
),

totals as (
    select
        kind,
        count(*) as leads,
        sum(moments) as moments,
        sum(converted) as converted
    from leads
    group by kind
),

held as (
    select
        hits.rule_id,
        hits.kind,
        hits.lead_id,
        count(*) as moments,
        count(*) filter (where moments.is_converted) as converted
    from study.hits as hits
    inner join study.moments as moments
        on hits.kind = moments.kind and hits.lead_id = moments.lead_id and hits.as_of = moments.as_of
    group by hits.rule_id, hits.kind, hits.lead_id
),

by_rule as (
    select
        held.rule_id,
        held.kind,
        count(*) as leads,
        count(*) filter (where held.moments = leads.moments) as always,
        sum(held.moments) as moments,
        sum(held.converted) as converted
    from held
    inner join leads on held.kind = leads.kind and held.lead_id = leads.lead_id
    group by held.rule_id, held.kind
)

select
    rules.rule_id,
    kinds.kind,
    coalesce(by_rule.leads, 0) as leads,
    coalesce(by_rule.converted / by_rule.moments, 0) as rate,
    coalesce(totals.leads, 0) - coalesce(by_rule.always, 0) as other_leads,
    coalesce(
        (totals.converted - coalesce(by_rule.converted, 0))
        / nullif(totals.moments - coalesce(by_rule.moments, 0), 0),
        0
    ) as other_rate
from seeds.score_rules as rules
inner join seeds.feature_catalogue as catalogue on rules.feature = catalogue.feature
inner join (values ('who'), ('does')) as kinds (kind)
    on kinds.kind = case when catalogue.kind in ('trait', 'own', 'answer') then 'who' else 'does' end
left join totals on kinds.kind = totals.kind
left join by_rule on rules.rule_id = by_rule.rule_id
where rules.dimension in ('fit', 'intent')
order by rules.rule_id
