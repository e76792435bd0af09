{% set outcomes = [
    ('grade', 'int_scoring__scores'), ('fit_band', 'int_scoring__scores'), ('intent_band', 'int_scoring__scores'),
    ('lifecycle_stage', 'int_lifecycle__lead_stages'),
] %}

-- A lead is in a segment when all of the segment's conditions hold for it now. Besides features, a condition can look
-- at what scoring and selling made of the lead.

with conditions as (
    {{ conditions_of(ref('segments')) }}
),

known as (
    select features.lead_id, features.feature, features.text_value, features.number_value
    from {{ ref('int_scoring__features') }} as features
    inner join {{ ref('int_scoring__moments') }} as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of and moments.is_current
    {% for outcome, model in outcomes %}
    union all
    select lead_id, '{{ outcome }}' as feature, {{ outcome }} as text_value, cast(null as decimal(18, 2)) as number_value
    from {{ ref(model) }}
    {{ "where is_current" if model == 'int_scoring__scores' }}
    {% endfor %}
),

features as (
    select *, lower(text_value) as lower_value, {{ words_of('text_value') }} as words
    from known
    where feature in (select feature from {{ ref('segments') }})
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
