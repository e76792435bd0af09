select
    picked.place,
    wanted.code,
    lower(features.text_value) as text_value,
    cast(features.number_value as double) as number_value
from intermediate.int_scoring__features as features
inner join intermediate.int_scoring__moments as moments
    on features.lead_id = moments.lead_id and features.as_of = moments.as_of and moments.is_current
inner join picked on features.lead_id = picked.lead_id
inner join wanted on features.feature = wanted.feature
order by wanted.code
