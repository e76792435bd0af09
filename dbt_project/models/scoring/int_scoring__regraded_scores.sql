-- The scores from before under the bands and grades of today.

with thresholds as (
    {{ thresholds_of_rules() }}
),

bands as (
    select
        thresholds.dimension,
        champions.model_id is null and thresholds.threshold_kind = 'percentile' as is_percentile,
        case when champions.model_id is null then thresholds.medium_from else champions.medium_from end as medium_from,
        case when champions.model_id is null then thresholds.high_from else champions.high_from end as high_from
    from thresholds
    left join {{ ref('int_scoring__champions') }} as champions
        on thresholds.dimension = champions.dimension and {{ rule_in_force('champions', as_of()) }}
)

select
    latest.lead_id,
    grades.grade,
    grades.play,
    fit.is_percentile or intent.is_percentile as is_percentile
from {{ ref('int_scoring__earlier_scores') }} as latest
inner join bands as fit on fit.dimension = 'fit'
inner join bands as intent on intent.dimension = 'intent'
inner join {{ ref('grades') }} as grades
    on
        grades.fit_band = case
            when latest.disqualified_reason is not null then 'low'
            else {{ score_band('latest.fit_score', 'fit') }}
        end
        and grades.intent_band = {{ score_band('latest.intent_score', 'intent') }}
