-- How many leads have each feature, and how its past is known.
select
    pasts.feature,
    pasts.kind,
    pasts.past_is,
    count(distinct features.lead_id) as leads
from intermediate.int_learning__feature_pasts as pasts
left join intermediate.int_scoring__features as features on pasts.feature = features.feature
where pasts.kind in ('trait', 'answer', 'own', 'signal')
group by pasts.feature, pasts.kind, pasts.past_is
order by leads desc, pasts.feature
