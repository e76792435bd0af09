select
    coalesce(reason_code, 'none') as reason_code,
    count(*) as feature_count
from marts.rpt_model_features
where model_id = $model_id
group by reason_code
order by reason_code
