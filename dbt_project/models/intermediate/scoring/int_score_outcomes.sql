-- What became of leads after they were scored. Each lead counts once, with its latest score that is old enough for the
-- outcome to be known: one that a run logged, or one computed for a past moment. Leads that were already decided when
-- scored are left out, and so is all that happened after the time that an outcome has. Scores for the moment of becoming
-- ready are left out too: only leads that sales should answer have them, and they convert more often.

with rule as (
    select maturity_days from {{ ref('kpis') }} where kpi_id = 'missed_winners'
),

scored as (
    select
        scores.lead_id,
        scores.as_of as scored_at,
        scores.fit_band,
        scores.intent_band,
        scores.grade,
        scores.score,
        scores.top_reasons,
        0 as is_logged
    from {{ ref('int_scores') }} as scores
    inner join {{ ref('int_scoring_moments') }} as moments
        on scores.lead_id = moments.lead_id and scores.as_of = moments.as_of and moments.is_asked
    where not scores.is_current
    union all
    select
        lead_id,
        changed_at as scored_at,
        cast(null as string) as fit_band,
        cast(null as string) as intent_band,
        grade,
        score,
        cast(null as string) as top_reasons,
        1 as is_logged
    from {{ ref('fct_lead_score_history') }}
),

undecided as (
    select scored.*, {{ dbt.dateadd('day', 'rule.maturity_days', 'scored.scored_at') }} as until_at
    from scored
    cross join rule
    inner join {{ ref('int_stage_changes') }} as changes
        on
            scored.lead_id = changes.lead_id
            and changes.stage in ('lead', 'recycled', 'mql', 'sal')
            and changes.entered_at <= scored.scored_at
            and (changes.left_at > scored.scored_at or changes.left_at is null)
),

latest as (
    select
        *,
        row_number() over (partition by lead_id order by scored_at desc, is_logged desc) as place
    from undecided
    where until_at <= {{ as_of() }}
)

select
    latest.lead_id,
    latest.scored_at,
    latest.until_at,
    latest.fit_band,
    latest.intent_band,
    latest.grade,
    latest.score,
    latest.top_reasons,
    coalesce(stages.sql_at > latest.scored_at and stages.sql_at <= latest.until_at, false) as is_sql,
    coalesce(stages.won_at > latest.scored_at and stages.won_at <= latest.until_at, false) as is_won,
    case when stages.sql_at > latest.scored_at and stages.sql_at <= latest.until_at then stages.sql_at end as sql_at
from latest
inner join {{ ref('int_lead_stages') }} as stages on latest.lead_id = stages.lead_id
where latest.place = 1 and (stages.sql_at is null or stages.sql_at > latest.scored_at)
