select
    feature,
    verdict,
    is_left_out,
    evidence,
    weight,
    finding,
    advice
from marts.rpt_model_leaks
where model_id = $model_id
order by is_left_out desc, verdict desc, feature, place
