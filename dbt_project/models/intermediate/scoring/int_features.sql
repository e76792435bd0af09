{% set traits = lead_traits() %}

-- One row per lead, moment and feature that has a value. The catalogue decides: what it does not list is no feature,
-- and what it says is known from when it was seen has no value at earlier moments. Other traits are taken to have
-- been from the beginning what they were when they were seen first.

with versioned as (
    select
        moments.lead_id,
        moments.as_of,
        {% for trait in traits['text'] + traits['flag'] + traits['number'] %}
        versions.{{ trait }},
        {% endfor %}
        {% for topic in traits['answer'] %}
        versions.answer_{{ topic }},
        {% endfor %}
        versions.seen_at <= moments.as_of as was_seen,
        row_number() over (
            partition by moments.lead_id, moments.as_of
            order by
                case when versions.seen_at <= moments.as_of then 0 else 1 end,
                case when versions.seen_at <= moments.as_of then -versions.version_number else versions.version_number end
        ) as place
    from {{ ref('int_scoring_moments') }} as moments
    inner join {{ ref('int_lead_trait_versions') }} as versions on moments.lead_id = versions.lead_id
),

traits as (
    select * from versioned where place = 1
),

signals as (
    select * from {{ ref('int_signal_features') }}
),

companies as (
    select * from {{ ref('int_company_features') }}
),

features as (
    {% for trait in traits['text'] %}
    select
        lead_id,
        as_of,
        was_seen,
        '{{ trait }}' as feature,
        {{ trait }} as text_value,
        cast(null as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from traits
    where {{ trait }} is not null
    union all
    {% endfor %}
    {% for trait in traits['flag'] %}
    select
        lead_id,
        as_of,
        was_seen,
        '{{ trait }}' as feature,
        'true' as text_value,
        cast(1 as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from traits
    where {{ trait }}
    union all
    {% endfor %}
    {% for trait in traits['number'] %}
    select
        lead_id,
        as_of,
        was_seen,
        '{{ trait }}' as feature,
        cast(null as string) as text_value,
        cast({{ trait }} as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from traits
    where {{ trait }} is not null
    union all
    {% endfor %}
    {% for topic in traits['answer'] %}
    select
        lead_id,
        as_of,
        was_seen,
        'answer_{{ topic }}' as feature,
        answer_{{ topic }} as text_value,
        {{ as_number('answer_' ~ topic) }} as number_value,
        cast(null as timestamp) as decays_from
    from traits
    where answer_{{ topic }} is not null
    union all
    {% endfor %}
    {% for count in ['company_people_count', 'active_colleagues_count'] %}
    select
        lead_id,
        as_of,
        true as was_seen,
        '{{ count }}' as feature,
        cast(null as string) as text_value,
        cast({{ count }} as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from companies
    where {{ count }} > 0
    union all
    {% endfor %}
    select
        lead_id,
        as_of,
        true as was_seen,
        feature,
        cast(null as string) as text_value,
        number_value,
        decays_from
    from signals
)

select
    features.lead_id,
    features.as_of,
    features.feature,
    features.text_value,
    features.number_value,
    features.decays_from
from features
inner join {{ ref('feature_catalogue') }} as catalogue on features.feature = catalogue.feature
where features.was_seen or catalogue.known_when != 'seen'
