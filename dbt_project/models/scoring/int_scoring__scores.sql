-- One row per lead and moment: both scores, their bands, the grade and the play. A disqualified lead keeps its points
-- but stands in the low band of fit, whatever they are. A grade that a person set counts for now, not for the past; it
-- takes the play of the nearest cell with that grade.

with sums as (
    select * from {{ ref('int_scoring__sums') }}
),

disqualified as (
    select lead_id, as_of, min(label) as disqualified_reason
    from {{ ref('int_scoring__rule_hits') }}
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
    cross join {{ ref('log_score_thresholds') }} as logged
),

dimensions as (
    select
        moments.as_of,
        dimensions.dimension,
        case
            when champions.model_id is not null then champions.medium_from
            when dimensions.threshold_kind = 'percentile' then logged.medium_from
            else dimensions.medium_from
        end as medium_from,
        case
            when champions.model_id is not null then champions.high_from
            when dimensions.threshold_kind = 'percentile' then logged.high_from
            else dimensions.high_from
        end as high_from
    from (select distinct as_of from sums) as moments
    cross join {{ ref('score_dimensions') }} as dimensions
    left join logged_thresholds as logged
        on moments.as_of = logged.as_of and dimensions.dimension = logged.dimension and logged.place = 1
    left join {{ ref('int_scoring__champions') }} as champions
        on dimensions.dimension = champions.dimension and {{ rule_in_force('champions', 'moments.as_of') }}
),

banded as (
    select
        sums.*,
        sums.fit_score + sums.intent_score as score,
        disqualified.disqualified_reason,
        case
            when disqualified.lead_id is not null then 'low'
            else {{ score_band('sums.fit_score', 'fit') }}
        end as fit_band,
        {{ score_band('sums.intent_score', 'intent') }} as intent_band
    from sums
    inner join dimensions as fit on sums.as_of = fit.as_of and fit.dimension = 'fit'
    inner join dimensions as intent on sums.as_of = intent.as_of and intent.dimension = 'intent'
    left join disqualified on sums.lead_id = disqualified.lead_id and sums.as_of = disqualified.as_of
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
    cells.automatic_grade,
    overrides.grade as override_grade,
    overrides.reason as override_reason,
    overrides.set_by as override_by,
    cells.grade,
    cells.play,
    cells.next_action,
    cells.sla_minutes,
    rule_set.rule_set_hash
from banded
left join {{ ref('int_scoring__grade_overrides') }} as overrides on banded.lead_id = overrides.lead_id and banded.is_current
inner join {{ ref('int_scoring__grade_cells') }} as cells
    on
        banded.fit_band = cells.fit_band
        and banded.intent_band = cells.intent_band
        and coalesce(overrides.grade, cells.automatic_grade) = cells.grade
cross join {{ ref('int_scoring__rule_set') }} as rule_set
