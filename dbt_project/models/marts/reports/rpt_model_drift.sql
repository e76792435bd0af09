-- Whether the leads are still those that a model was made for, and whether its probabilities still come true. Of inputs and of
-- the score it is the population stability index of the undecided leads now against those at the making of the model, as in
-- rpt_score_drift; of probabilities, what a champion foretold against what came of it.

with shares as (
    select
        model_id,
        measure,
        subject,
        recent_count,
        earlier_count,
        count(*) over (partition by model_id, measure, subject) as band_count,
        sum(recent_count) over (partition by model_id, measure, subject) as all_recent,
        sum(earlier_count) over (partition by model_id, measure, subject) as all_earlier
    from {{ ref('int_learning__share_moves') }}
),

smoothed as (
    select
        *,
        (recent_count + cast(0.5 as double)) / (all_recent + cast(0.5 as double) * band_count) as recent_share,
        (earlier_count + cast(0.5 as double)) / (all_earlier + cast(0.5 as double) * band_count) as earlier_share
    from shares
),

sums as (
    select
        model_id,
        measure,
        subject,
        cast(max(all_recent) as bigint) as recent_count,
        cast(max(all_earlier) as bigint) as earlier_count,
        max(band_count) as band_count,
        sum((recent_share - earlier_share) * ln(recent_share / earlier_share)) as stability_index
    from smoothed
    group by model_id, measure, subject
),

limits as (
    select
        sums.*,
        least(sums.recent_count, sums.earlier_count) < kpis.thin_below as is_thin,
        case
            when sums.band_count > 1
                then
                    {{ chi_square_999('(sums.band_count - 1)') }}
                    * (
                        cast(1 as double) / nullif(sums.recent_count, 0)
                        + cast(1 as double) / nullif(sums.earlier_count, 0)
                    )
        end as chance_limit
    from sums
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'missed_winners'
),

foretold as (
    select
        foretold.model_id,
        count(*) as lead_count,
        sum(foretold.probability) as expected_count,
        sum(case when foretold.is_converted then 1 else 0 end) as converted_count,
        sum(foretold.probability * (1 - foretold.probability)) as variance,
        max(kpis.thin_below) as thin_below
    from {{ ref('int_learning__foretold') }} as foretold
    inner join {{ ref('kpis') }} as kpis on kpis.kpi_id = 'missed_winners'
    group by foretold.model_id
),

-- Off by two points, or by a tenth of the rate where that is more, and by more than chance brings once in a thousand.
rates as (
    select
        model_id,
        lead_count,
        expected_count / lead_count as expected_rate,
        cast(converted_count as double) / lead_count as rate,
        lead_count < thin_below as is_thin,
        abs(converted_count - expected_count) > 3.29 * sqrt(variance)
        and abs(converted_count - expected_count) / lead_count
        > greatest(0.02, 0.1 * cast(converted_count as double) / lead_count) as is_off
    from foretold
)

select
    {{ as_of() }} as as_of,
    limits.model_id,
    limits.measure,
    limits.subject,
    limits.recent_count,
    limits.earlier_count,
    limits.stability_index,
    limits.chance_limit,
    cast(null as double) as expected_rate,
    cast(null as double) as rate,
    case
        when limits.is_thin then 'thin'
        when limits.stability_index >= greatest(0.25, coalesce(limits.chance_limit, 0)) then 'drifted'
        when limits.stability_index < 0.1 or limits.band_count = 1 then 'steady'
        else 'between'
    end as state
from limits

union all

select
    {{ as_of() }} as as_of,
    model_id,
    'calibration' as measure,
    'probability' as subject,
    cast(lead_count as bigint) as recent_count,
    cast(null as bigint) as earlier_count,
    cast(null as double) as stability_index,
    cast(null as double) as chance_limit,
    expected_rate,
    rate,
    case when is_thin then 'thin' when is_off then 'drifted' else 'steady' end as state
from rates
