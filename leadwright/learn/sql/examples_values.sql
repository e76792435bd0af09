select
    picked.place,
    wanted.code,
    lower(features.text_value) as text_value,
    cast(features.number_value as double) as number_value
from intermediate.int_learning__features as features
inner join picked on features.lead_id = picked.lead_id and features.as_of = picked.as_of
inner join wanted on features.feature = wanted.feature
order by wanted.code
