select
    figure,
    value,
    lower_value,
    upper_value,
    lead_count
from marts.rpt_model_figures
where model_id = $model_id
order by figure
