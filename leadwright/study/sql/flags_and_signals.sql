-- Flags of who leads are, texts of which only that they are there can say something, and signs that came from enough.
select
    features.feature,
    pasts.kind,
    pasts.value_type,
    catalogue.decays,
    catalogue.meaning,
    count(distinct features.lead_id) as leads
from intermediate.int_scoring__features as features
inner join intermediate.int_learning__feature_pasts as pasts on features.feature = pasts.feature
inner join seeds.feature_catalogue as catalogue on features.feature = catalogue.feature
where
    pasts.past_is in ('exact', 'captured')
    and (
        pasts.value_type = 'flag'
        or features.feature in ('phone', 'job_title', 'company_name', 'city', 'employee_count')
        or pasts.kind = 'signal'
    )
group by features.feature, pasts.kind, pasts.value_type, catalogue.decays, catalogue.meaning
having count(distinct features.lead_id) >= $fewest
order by features.feature
