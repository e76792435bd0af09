-- The sum of a lead's log-odds, line by line, by each model that is scored: where it starts, and what every feature that it
-- uses adds or takes away.

{% set asked %}
(
    select moments.lead_id, moments.as_of, models.model_id
    from {{ ref('int_scoring__moments') }} as moments
    cross join {{ ref('int_learning__models') }} as models
    where moments.is_current and models.is_scored
)
{% endset %}

select
    lines.lead_id,
    lines.as_of,
    lines.model_id,
    models.outcome_id,
    lines.line_number,
    lines.feature,
    lines.dimension,
    lines.kind,
    lines.value,
    lines.log_odds,
    lines.points
from ({{ model_lines(asked, ref('int_scoring__features')) }}) as lines
inner join {{ ref('int_learning__models') }} as models on lines.model_id = models.model_id
