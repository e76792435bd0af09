{# The rules that hold, with their points at the moment. Rules are tried on each distinct value once, not on every
   lead. `which` is a condition on score_rules, `subject` the column with the id of what has the features. #}
{% macro rule_hits(features, subject, which) -%}
with rules as (
    select *
    from {{ ref('int_scoring__rule_conditions') }}
    where rule_id in (select rule_id from {{ ref('score_rules') }} where {{ which }})
),

features as (
    select * from {{ features }}
),

feature_values as (
    select
        feature,
        text_value,
        number_value,
        lower(text_value) as lower_value,
        {{ words_of('text_value') }} as words
    from (select distinct feature, text_value, number_value from features) as seen
),

matches as (
    select distinct
        feature_values.feature,
        feature_values.text_value,
        feature_values.number_value,
        score_rules.rule_id,
        score_rules.dimension,
        score_rules.signal_group,
        score_rules.points,
        score_rules.half_life_days,
        score_rules.label,
        score_rules.valid_from,
        score_rules.valid_to
    from feature_values
    inner join rules
        on
            feature_values.feature = rules.feature
            and {{ condition_holds('feature_values', 'rules') }}
    inner join {{ ref('score_rules') }} as score_rules on rules.rule_id = score_rules.rule_id
),

hits as (
    select
        features.{{ subject }},
        features.as_of,
        features.feature,
        coalesce(features.text_value, cast(features.number_value as string)) as value,
        matches.rule_id,
        matches.dimension,
        matches.signal_group,
        matches.points as full_points,
        matches.half_life_days,
        matches.label,
        case
            when features.decays_from is not null
                then greatest({{ days_between('features.decays_from', 'features.as_of') }}, 0)
        end as age_days
    from features
    inner join matches
        on
            features.feature = matches.feature
            and coalesce(features.text_value, '') = coalesce(matches.text_value, '')
            and coalesce(features.number_value, -1) = coalesce(matches.number_value, -1)
            and {{ rule_in_force('matches', 'features.as_of') }}
)

select
    *,
    cast(
        case
            when half_life_days is null or age_days is null then full_points
            else round(full_points * power(2, -1.0 * age_days / half_life_days), 2)
        end as decimal(9, 2)
    ) as points
from hits
{%- endmacro %}
