-- The rules that held at those moments; a decaying one while it has half of its points.
insert into study.hits
select distinct
    moments.kind,
    moments.lead_id,
    moments.as_of,
    hits.rule_id
from intermediate.int_learning__rule_hits as hits
inner join seeds.feature_catalogue as catalogue on hits.feature = catalogue.feature
inner join study.looked as moments
    on
        hits.lead_id = moments.lead_id
        and hits.as_of = moments.as_of
        and moments.kind = case when catalogue.kind in ('trait', 'own', 'answer') then 'who' else 'does' end
where hits.age_days is null or hits.half_life_days is null or hits.age_days <= hits.half_life_days
