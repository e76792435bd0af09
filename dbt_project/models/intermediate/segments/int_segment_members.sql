-- A lead is in a segment when all of the segment's conditions hold for it now.

with conditions as (
    {{ conditions_of(ref('segments')) }}
),

features as (
    select features.*, lower(features.text_value) as lower_value, {{ words_of('features.text_value') }} as words
    from {{ ref('int_features') }} as features
    inner join {{ ref('int_scoring_moments') }} as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of and moments.is_current
    where features.feature in (select feature from {{ ref('segments') }})
),

holding as (
    select features.lead_id, conditions.segment_id, count(distinct conditions.condition_number) as condition_count
    from features
    inner join conditions
        on
            features.feature = conditions.feature
            and {{ condition_holds('features', 'conditions') }}
    group by features.lead_id, conditions.segment_id
),

needed as (
    select segment_id, min(label) as label, count(*) as condition_count from {{ ref('segments') }} group by segment_id
)

select
    holding.lead_id,
    needed.segment_id,
    needed.label
from holding
inner join needed on holding.segment_id = needed.segment_id and holding.condition_count = needed.condition_count
