-- How many of the leads that are undecided now have each row of a model that adds something, and each range of its log-odds.

with undecided as (
    select standing.lead_id
    from {{ ref('int_lifecycle__lead_stages') }} as standing
    inner join {{ ref('stages') }} as stages on standing.lifecycle_stage = stages.stage
    where not stages.is_sql and not stages.is_closed
),

counts as (
    select scores.model_id, count(*) as all_count
    from {{ ref('int_learning__scores') }} as scores
    inner join undecided on scores.lead_id = undecided.lead_id
    group by scores.model_id
),

rows_held as (
    select lines.model_id, 'input' as measure, lines.line_number as number, count(*) as lead_count
    from {{ ref('int_learning__contributions') }} as lines
    inner join undecided on lines.lead_id = undecided.lead_id
    where lines.kind != 'intercept'
    group by lines.model_id, lines.line_number

    union all

    select scores.model_id, 'score' as measure, ranges.range_number as number, count(*) as lead_count
    from {{ ref('int_learning__scores') }} as scores
    inner join undecided on scores.lead_id = undecided.lead_id
    inner join {{ source('ops', 'score_model_calibrations') }} as ranges
        on
            scores.model_id = ranges.model_id
            and (ranges.low is null or ranges.low <= scores.log_odds)
            and (ranges.high is null or ranges.high > scores.log_odds)
    group by scores.model_id, ranges.range_number
)

select
    rows_held.model_id,
    rows_held.measure,
    rows_held.number,
    rows_held.lead_count,
    counts.all_count
from rows_held
inner join counts on rows_held.model_id = counts.model_id
