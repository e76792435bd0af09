{# What each part of a model adds for whom it is asked about: one row for each feature that the model uses, and one for
   where it starts. A value that the model has not seen, and one that is missing, have rows of their own. Rows are matched
   with each distinct value once, not with every lead. Lines that add nothing are left out.

   asked: lead_id, as_of, model_id; features: lead_id, as_of, feature, text_value, number_value. #}
{% macro model_lines(asked, features) -%}
with asked as (
    select lead_id, as_of, model_id from {{ asked }}
),

model_rows as (
    select *
    from {{ source('ops', 'score_model_rows') }}
    where model_id in (select model_id from asked)
),

features as (
    select
        features.lead_id,
        features.as_of,
        features.feature,
        lower(features.text_value) as text_value,
        case when features.text_value is null then features.number_value end as number_value
    from {{ features }} as features
    inner join (select distinct lead_id, as_of from asked) as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of
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
        asked.lead_id,
        asked.as_of,
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
    inner join asked
        on
            features.lead_id = asked.lead_id
            and features.as_of = asked.as_of
            and matches.model_id = asked.model_id
),

lines as (
    select asked.lead_id, asked.as_of, asked.model_id, model_rows.line_number, hits.value
    from asked
    inner join model_rows
        on asked.model_id = model_rows.model_id and model_rows.kind in ('intercept', 'missing')
    left join hits
        on
            asked.lead_id = hits.lead_id
            and asked.as_of = hits.as_of
            and model_rows.model_id = hits.model_id
            and model_rows.feature = hits.feature
    where hits.lead_id is null

    union all

    select lead_id, as_of, model_id, line_number, value from hits
)

select
    lines.lead_id,
    lines.as_of,
    lines.model_id,
    lines.line_number,
    model_rows.feature,
    model_rows.dimension,
    model_rows.kind,
    lines.value,
    model_rows.low,
    model_rows.high,
    model_rows.log_odds,
    model_rows.points
from lines
inner join model_rows on lines.model_id = model_rows.model_id and lines.line_number = model_rows.line_number
where model_rows.log_odds != 0 or model_rows.kind = 'intercept'
{%- endmacro %}
