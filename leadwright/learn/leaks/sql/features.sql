-- What is asked about each feature of which the past is taken for known: how it is called, and what a person has said.
select
    pasts.feature,
    fields.type as field_type,
    fields.field,
    fields.description,
    answers.use as answer
from intermediate.int_learning__feature_pasts as pasts
left join seeds.own_fields as fields on pasts.feature = fields.feature
left join seeds.learning_features as answers on pasts.feature = answers.feature
where pasts.past_is in ('captured', 'remembered')
order by pasts.feature, fields.field
