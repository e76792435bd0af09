{# From which score on a dimension is medium and high by the rules of today, whatever model makes the score. #}
{% macro thresholds_of_rules() -%}
select
    dimensions.dimension,
    dimensions.threshold_kind,
    case when dimensions.threshold_kind = 'percentile' then logged.medium_from else dimensions.medium_from end as medium_from,
    case when dimensions.threshold_kind = 'percentile' then logged.high_from else dimensions.high_from end as high_from
from {{ ref('score_dimensions') }} as dimensions
left join (
    select
        dimension,
        medium_from,
        high_from,
        row_number() over (partition by dimension order by version_number desc) as turn
    from {{ ref('log_score_thresholds') }}
) as logged
    on dimensions.dimension = logged.dimension and logged.turn = 1
{%- endmacro %}
