-- What the rules say of the moments to learn from, where it is asked for: fit and intent together, and the grade, by the
-- thresholds that are in force now. Leads that a rule disqualifies stand below all others.

{% set moments %}
(select * from {{ ref('int_learning__moments') }} where {{ 'true' if var('learning_rules') else 'false' }})
{% endset %}

with disqualified as (
    select distinct lead_id, as_of from {{ ref('int_learning__rule_hits') }} where dimension = 'disqualify'
),

sums as (
    select
        lines.lead_id,
        lines.as_of,
        sum(lines.points) as points,
        sum(case when lines.dimension = 'fit' then lines.points else 0 end) as fit_points,
        sum(case when lines.dimension = 'intent' then lines.points else 0 end) as intent_points
    from (
        {{ score_lines(ref('int_learning__rule_hits'), moments, 'lead_id', ['fit', 'intent']) }}
    ) as lines
    group by lines.lead_id, lines.as_of
),

dimensions as (
    {{ thresholds_of_rules() }}
),

lowest as (
    select sum(min_points) - 1 as points from {{ ref('score_dimensions') }} where dimension in ('fit', 'intent')
),

scores as (
    select
        moments.lead_id,
        moments.as_of,
        cast(
            case when disqualified.lead_id is not null then lowest.points else coalesce(sums.points, 0) end as integer
        ) as score,
        case
            when disqualified.lead_id is not null then 'low'
            else {{ score_band('coalesce(sums.fit_points, 0)', 'fit') }}
        end as fit_band,
        {{ score_band('coalesce(sums.intent_points, 0)', 'intent') }} as intent_band
    from {{ moments }} as moments
    cross join lowest
    inner join dimensions as fit on fit.dimension = 'fit'
    inner join dimensions as intent on intent.dimension = 'intent'
    left join sums on moments.lead_id = sums.lead_id and moments.as_of = sums.as_of
    left join disqualified on moments.lead_id = disqualified.lead_id and moments.as_of = disqualified.as_of
)

select
    scores.lead_id,
    scores.as_of,
    scores.score,
    grades.grade
from scores
left join {{ ref('grades') }} as grades on scores.fit_band = grades.fit_band and scores.intent_band = grades.intent_band
