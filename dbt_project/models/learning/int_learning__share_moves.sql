-- The undecided leads in each band of what is compared, now and when the model was made. A row of the model that adds nothing
-- has no line, so those leads are a band together.

with bands as (
    select model_id, measure, number, lead_count as recent_count, 0 as earlier_count, all_count as all_recent, 0 as all_earlier
    from {{ ref('int_learning__undecided_shares') }}
    union all
    select
        shares.model_id,
        shares.measure,
        shares.number,
        0 as recent_count,
        shares.lead_count as earlier_count,
        0 as all_recent,
        shares.all_count as all_earlier
    from {{ source('ops', 'score_model_shares') }} as shares
    inner join {{ ref('int_learning__models') }} as models on shares.model_id = models.model_id and models.is_scored
),

named as (
    select
        bands.model_id,
        bands.measure,
        case when bands.measure = 'input' then model_rows.feature end as feature,
        bands.number,
        sum(bands.recent_count) as recent_count,
        sum(bands.earlier_count) as earlier_count,
        max(max(bands.all_recent)) over (partition by bands.model_id) as all_recent,
        max(max(bands.all_earlier)) over (partition by bands.model_id) as all_earlier
    from bands
    left join {{ source('ops', 'score_model_rows') }} as model_rows
        on bands.model_id = model_rows.model_id and bands.number = model_rows.line_number and bands.measure = 'input'
    group by bands.model_id, bands.measure, case when bands.measure = 'input' then model_rows.feature end, bands.number
),

others as (
    select
        model_id,
        measure,
        feature,
        max(all_recent) - sum(recent_count) as recent_count,
        max(all_earlier) - sum(earlier_count) as earlier_count
    from named
    group by model_id, measure, feature
)

select
    model_id,
    measure,
    coalesce(feature, 'score') as subject,
    number,
    cast(recent_count as bigint) as recent_count,
    cast(earlier_count as bigint) as earlier_count
from named
union all
select
    model_id,
    measure,
    coalesce(feature, 'score') as subject,
    0 as number,
    cast(recent_count as bigint) as recent_count,
    cast(earlier_count as bigint) as earlier_count
from others
where recent_count > 0 or earlier_count > 0
