-- Texts that enough leads have of what may be known of them, the commonest first. What names a person or a company, and
-- texts as typed, say nothing of a kind of lead.
with features as (
    select
        features.feature,
        lower(features.text_value) as value,
        count(distinct features.lead_id) as leads
    from intermediate.int_scoring__features as features
    inner join intermediate.int_learning__feature_pasts as pasts on features.feature = pasts.feature
    where
        features.text_value is not null
        and pasts.value_type = 'text'
        and pasts.past_is in ('exact', 'captured')
        and features.feature not in ('company_name', 'email_domain', 'phone', 'job_title')
    group by features.feature, lower(features.text_value)
)

select
    feature,
    value,
    leads
from features
where leads >= $fewest and value != ''
qualify row_number() over (partition by feature order by leads desc, value) <= $most
order by feature, leads desc, value
