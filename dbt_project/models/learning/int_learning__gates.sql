-- What a model must show before it may go live, and whether it does. A figure that was not measured passes nothing.

select
    models.model_id,
    models.outcome_id,
    gates.gate_id,
    gates.figure,
    gates.place,
    gates.label,
    gates.comparison,
    gates.threshold,
    gates.finding,
    figures.value,
    coalesce(
        case gates.comparison
            when 'at_least' then figures.value >= gates.threshold
            when 'above' then figures.value > gates.threshold
            when 'at_most' then figures.value <= gates.threshold
            when 'below' then figures.value < gates.threshold
        end,
        false
    ) as is_passed
from {{ ref('int_learning__models') }} as models
cross join {{ ref('learning_gates') }} as gates
left join {{ source('ops', 'score_model_figures') }} as figures
    on models.model_id = figures.model_id and gates.figure = figures.figure
