{# The calibrated probability of sums of log-odds, with the interval of what became of leads with like log-odds, and how
   many these were. `sums` has model_id and log_odds, and its other columns are kept. #}
{% macro model_probabilities(sums) -%}
{% set probability -%}
coalesce(ranges.probability, 1 / (1 + exp(-(ranges.slope * cast(sums.log_odds as double) + ranges.shift))))
{%- endset %}
select
    sums.*,
    1 / (1 + exp(-cast(sums.log_odds as double))) as raw_probability,
    {{ probability }} as probability,
    least(ranges.lower_probability, {{ probability }}) as lower_probability,
    greatest(ranges.upper_probability, {{ probability }}) as upper_probability,
    ranges.lead_count as similar_lead_count
from {{ sums }} as sums
inner join {{ source('ops', 'score_model_calibrations') }} as ranges
    on
        sums.model_id = ranges.model_id
        and (ranges.low is null or ranges.low <= sums.log_odds)
        and (ranges.high is null or ranges.high > sums.log_odds)
{%- endmacro %}
