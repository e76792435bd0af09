-- The scores from before under the bands and grades of today.

with thresholds as (
    select
        dimension,
        medium_from,
        high_from,
        row_number() over (partition by dimension order by version_number desc) as place
    from {{ ref('log_score_thresholds') }}
),

bands as (
    select
        dimensions.dimension,
        champions.model_id is null and dimensions.threshold_kind = 'percentile' as is_percentile,
        case
            when champions.model_id is not null then champions.medium_from
            when dimensions.threshold_kind = 'percentile' then thresholds.medium_from
            else dimensions.medium_from
        end as medium_from,
        case
            when champions.model_id is not null then champions.high_from
            when dimensions.threshold_kind = 'percentile' then thresholds.high_from
            else dimensions.high_from
        end as high_from
    from {{ ref('score_dimensions') }} as dimensions
    left join thresholds on dimensions.dimension = thresholds.dimension and thresholds.place = 1
    left join {{ ref('int_scoring__champions') }} as champions
        on dimensions.dimension = champions.dimension and {{ rule_in_force('champions', as_of()) }}
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
            when latest.fit_score >= fit.high_from then 'high'
            when latest.fit_score >= fit.medium_from then 'medium'
            else 'low'
        end
        and grades.intent_band = case
            when latest.intent_score >= intent.high_from then 'high'
            when latest.intent_score >= intent.medium_from then 'medium'
            else 'low'
        end
