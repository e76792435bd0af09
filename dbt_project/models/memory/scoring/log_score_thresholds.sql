-- A log: the scores from which a band begins where score_dimensions gives them as percentiles, each time that they
-- move. A band of the past keeps the thresholds of its time, and one lead alone can be scored by the last ones.

with scores as (
    select
        moments.lead_id,
        dimensions.dimension,
        dimensions.medium_from,
        dimensions.high_from,
        coalesce(sum(contributions.points), 0) as score
    from {{ ref('int_scoring__moments') }} as moments
    cross join {{ ref('score_dimensions') }} as dimensions
    left join {{ ref('int_scoring__contributions') }} as contributions
        on
            moments.lead_id = contributions.lead_id
            and moments.as_of = contributions.as_of
            and dimensions.dimension = contributions.dimension
    where moments.is_current and dimensions.threshold_kind = 'percentile'
    group by moments.lead_id, dimensions.dimension, dimensions.medium_from, dimensions.high_from
),

standings as (
    select *, 100 * percent_rank() over (partition by dimension order by score) as standing from scores
),

thresholds as (
    select
        dimension,
        cast(min(case when standing >= medium_from then score end) as decimal(9, 2)) as medium_from,
        cast(min(case when standing >= high_from then score end) as decimal(9, 2)) as high_from
    from standings
    group by dimension
){% if is_incremental() %},

latest as (
    select logged.*
    from {{ this }} as logged
    inner join (select dimension, max(version_number) as version_number from {{ this }} group by dimension) as newest
        on logged.dimension = newest.dimension and logged.version_number = newest.version_number
)
{% endif %}

select
    thresholds.dimension,
    {{ "coalesce(latest.version_number, 0) + 1" if is_incremental() else "1" }} as version_number,
    {{ as_of() }} as seen_at,
    thresholds.medium_from,
    thresholds.high_from
from thresholds
{% if is_incremental() %}
left join latest on thresholds.dimension = latest.dimension
where
    latest.dimension is null
    or thresholds.medium_from is distinct from latest.medium_from
    or thresholds.high_from is distinct from latest.high_from
{% endif %}
