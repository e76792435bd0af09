-- One row per lead and moment: both scores, their bands, the grade and the play. A disqualified lead keeps its points
-- but stands in the low band of fit, whatever they are. A grade that a person set counts for now, not for the past; it
-- takes the play of the nearest cell with that grade.

with contributions as (
    select * from {{ ref('int_score_contributions') }}
),

sums as (
    select
        moments.lead_id,
        moments.as_of,
        {% for dimension in ['fit', 'intent'] %}
        cast(
            sum(
                case
                    when contributions.dimension = '{{ dimension }}' and contributions.kind = 'rule'
                        then contributions.points
                    else 0
                end
            ) as decimal(12, 2)
        ) as {{ dimension }}_raw,
        cast(
            sum(
                case
                    when contributions.dimension = '{{ dimension }}' and contributions.kind != 'clamp'
                        then contributions.points
                    else 0
                end
            ) as integer
        ) as {{ dimension }}_rounded,
        cast(
            sum(case when contributions.dimension = '{{ dimension }}' then contributions.points else 0 end) as integer
        ) as {{ dimension }}_score,
        {% endfor %}
        moments.is_current
    from {{ ref('int_scoring_moments') }} as moments
    left join contributions on moments.lead_id = contributions.lead_id and moments.as_of = contributions.as_of
    group by moments.lead_id, moments.as_of, moments.is_current
),

disqualified as (
    select lead_id, as_of, min(label) as disqualified_reason
    from {{ ref('int_rule_hits') }}
    where dimension = 'disqualify'
    group by lead_id, as_of
),

logged_thresholds as (
    select
        moments.as_of,
        logged.dimension,
        logged.medium_from,
        logged.high_from,
        row_number() over (
            partition by moments.as_of, logged.dimension
            order by
                case when logged.seen_at <= moments.as_of then 0 else 1 end,
                case when logged.seen_at <= moments.as_of then -logged.version_number else logged.version_number end
        ) as place
    from (select distinct as_of from sums) as moments
    cross join {{ ref('int_score_thresholds') }} as logged
),

dimensions as (
    select
        moments.as_of,
        dimensions.dimension,
        case
            when dimensions.threshold_kind = 'percentile' then logged.medium_from else dimensions.medium_from
        end as medium_from,
        case when dimensions.threshold_kind = 'percentile' then logged.high_from else dimensions.high_from end as high_from
    from (select distinct as_of from sums) as moments
    cross join {{ ref('score_dimensions') }} as dimensions
    left join logged_thresholds as logged
        on moments.as_of = logged.as_of and dimensions.dimension = logged.dimension and logged.place = 1
),

banded as (
    select
        sums.*,
        sums.fit_score + sums.intent_score as score,
        disqualified.disqualified_reason,
        case
            when disqualified.lead_id is not null then 'low'
            when sums.fit_score >= fit.high_from then 'high'
            when sums.fit_score >= fit.medium_from then 'medium'
            else 'low'
        end as fit_band,
        case
            when sums.intent_score >= intent.high_from then 'high'
            when sums.intent_score >= intent.medium_from then 'medium'
            else 'low'
        end as intent_band
    from sums
    inner join dimensions as fit on sums.as_of = fit.as_of and fit.dimension = 'fit'
    inner join dimensions as intent on sums.as_of = intent.as_of and intent.dimension = 'intent'
    left join disqualified on sums.lead_id = disqualified.lead_id and sums.as_of = disqualified.as_of
),

-- For each cell and each grade that a person may set: the cell with that grade that has most in common with it.
choices as (
    select
        cells.fit_band,
        cells.intent_band,
        others.grade as set_grade,
        others.play,
        others.next_action,
        others.sla_minutes,
        row_number() over (
            partition by cells.fit_band, cells.intent_band, others.grade
            order by
                case when cells.intent_band = others.intent_band then 0 else 2 end
                + case when cells.fit_band = others.fit_band then 0 else 1 end,
                coalesce(others.sla_minutes, 1000000),
                others.fit_band,
                others.intent_band
        ) as place
    from {{ ref('grades') }} as cells
    cross join {{ ref('grades') }} as others
)

select
    banded.lead_id,
    banded.as_of,
    banded.is_current,
    banded.fit_raw,
    banded.fit_rounded,
    banded.fit_score,
    banded.intent_raw,
    banded.intent_rounded,
    banded.intent_score,
    banded.score,
    banded.fit_band,
    banded.intent_band,
    banded.disqualified_reason,
    grades.grade as automatic_grade,
    overrides.grade as override_grade,
    overrides.reason as override_reason,
    overrides.set_by as override_by,
    choices.set_grade as grade,
    choices.play,
    choices.next_action,
    choices.sla_minutes,
    case
        when overrides.grade is not null
            then
                concat(
                    overrides.grade,
                    ' was set by ',
                    coalesce(overrides.set_by, 'a person'),
                    coalesce(': ' || overrides.reason, ''),
                    '; the rules say ',
                    grades.grade,
                    '; '
                )
        else ''
    end
    || coalesce(banded.disqualified_reason || '; ', '')
    || coalesce(reasons.reasons, 'Nothing known yet') as top_reasons,
    rule_set.rule_set_hash
from banded
inner join {{ ref('grades') }} as grades
    on banded.fit_band = grades.fit_band and banded.intent_band = grades.intent_band
left join {{ ref('int_grade_overrides') }} as overrides on banded.lead_id = overrides.lead_id and banded.is_current
inner join choices
    on
        banded.fit_band = choices.fit_band
        and banded.intent_band = choices.intent_band
        and coalesce(overrides.grade, grades.grade) = choices.set_grade
        and choices.place = 1
cross join {{ ref('int_rule_set') }} as rule_set
left join {{ ref('int_score_reasons') }} as reasons on banded.lead_id = reasons.lead_id and banded.as_of = reasons.as_of
