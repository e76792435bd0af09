-- Numbers of who leads are, with the limits that cut those which have one into about equal parts.
select
    features.feature,
    count(distinct features.lead_id) as leads,
    count(distinct features.number_value) as different,
    quantile_disc(features.number_value, [0.2, 0.4, 0.6, 0.8]) as limits,
    min(features.number_value) as lowest
from intermediate.int_scoring__features as features
inner join intermediate.int_learning__feature_pasts as pasts on features.feature = pasts.feature
where
    features.text_value is null
    and pasts.value_type in ('number', 'count')
    and pasts.kind in ('trait', 'own')
    and pasts.past_is in ('exact', 'captured')
    and features.feature != 'days_since_created'
    and not list_contains($dates, features.feature)
group by features.feature
having count(distinct features.lead_id) >= $fewest
order by features.feature
