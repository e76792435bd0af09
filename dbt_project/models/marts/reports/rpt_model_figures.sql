select
    models.model_id,
    models.outcome_id,
    figures.figure,
    figures.value,
    figures.lower_value,
    figures.upper_value,
    figures.lead_count
from {{ source('ops', 'score_model_figures') }} as figures
inner join {{ ref('int_learning__models') }} as models on figures.model_id = models.model_id
