-- The sum of a lead's log-odds, line by line: where each model starts, and what every feature that it uses adds or takes
-- away. A value that the model has not seen, and one that is missing, have rows of their own. Rows are matched with each
-- distinct value once, not with every lead. Lines that add nothing are left out.

with model_rows as (
    select rows_of_model.*, models.outcome_id
    from {{ source('ops', 'score_model_rows') }} as rows_of_model
    inner join {{ ref('int_learning__models') }} as models on rows_of_model.model_id = models.model_id
),

moments as (
    select lead_id, as_of from {{ ref('int_scoring__moments') }} where is_current
),

features as (
    select
        features.lead_id,
        features.feature,
        lower(features.text_value) as text_value,
        case when features.text_value is null then features.number_value end as number_value
    from {{ ref('int_scoring__features') }} as features
    inner join moments on features.lead_id = moments.lead_id and features.as_of = moments.as_of
    where features.feature in (select feature from model_rows)
),

distinct_values as (
    select distinct feature, text_value, number_value from features
),

matches as (
    select
        distinct_values.feature,
        distinct_values.text_value,
        distinct_values.number_value,
        model_rows.model_id,
        model_rows.line_number,
        row_number() over (
            partition by
                model_rows.model_id, distinct_values.feature, distinct_values.text_value, distinct_values.number_value
            order by case when model_rows.kind = 'other' then 1 else 0 end, model_rows.line_number
        ) as turn
    from distinct_values
    inner join model_rows
        on
            distinct_values.feature = model_rows.feature
            and (
                model_rows.kind = 'other'
                or (model_rows.kind = 'category' and model_rows.category = distinct_values.text_value)
                or (
                    model_rows.kind = 'range'
                    and distinct_values.number_value is not null
                    and (model_rows.low is null or model_rows.low <= distinct_values.number_value)
                    and (model_rows.high is null or model_rows.high > distinct_values.number_value)
                )
            )
),

hits as (
    select
        features.lead_id,
        features.feature,
        matches.model_id,
        matches.line_number,
        coalesce(features.text_value, cast(features.number_value as string)) as value
    from features
    inner join matches
        on
            features.feature = matches.feature
            and coalesce(features.text_value, '') = coalesce(matches.text_value, '')
            and coalesce(features.number_value, -1) = coalesce(matches.number_value, -1)
            and matches.turn = 1
),

lines as (
    select moments.lead_id, moments.as_of, model_rows.model_id, model_rows.feature, model_rows.line_number, hits.value
    from moments
    cross join model_rows
    left join hits
        on
            moments.lead_id = hits.lead_id
            and model_rows.model_id = hits.model_id
            and model_rows.feature = hits.feature
    where model_rows.kind in ('intercept', 'missing') and hits.lead_id is null

    union all

    select hits.lead_id, moments.as_of, hits.model_id, hits.feature, hits.line_number, hits.value
    from hits
    inner join moments on hits.lead_id = moments.lead_id
)

select
    lines.lead_id,
    lines.as_of,
    lines.model_id,
    model_rows.outcome_id,
    lines.feature,
    model_rows.dimension,
    model_rows.kind,
    lines.value,
    model_rows.log_odds,
    model_rows.points
from lines
inner join model_rows on lines.model_id = model_rows.model_id and lines.line_number = model_rows.line_number
where model_rows.log_odds != 0 or model_rows.kind = 'intercept'
