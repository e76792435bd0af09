-- What a model may look at that learns from moments since a day: what is exact or captured, and what is remembered since.
select
    feature,
    dimension,
    more_is,
    missing_is,
    value_type in ('number', 'count') as is_number,
    coalesce(past_is in ('exact', 'captured') or reliable_from <= $since, false) as is_known
from intermediate.int_learning__feature_pasts
where past_is != 'none'
order by feature
