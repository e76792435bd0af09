{# Every feature that a lead has at `moments`; the other relations: what it, its account and the company's own fields say. #}
{% macro features_at(moments, signal_features, account_features, own_features) -%}
{% set traits = lead_traits() %}
{% set stated = [] %}
{% for kind in ['text', 'flag', 'number'] %}{% for trait in traits[kind] %}
{% do stated.append((trait, trait, kind)) %}
{% endfor %}{% endfor %}
{% for topic in traits['answer'] %}{% do stated.append(('answer_' ~ topic, 'answer_' ~ topic, 'text')) %}{% endfor %}
with traits as (
    {{ versions_at(moments, stated | map(attribute=1) | list) }}
),

signals as (
    select * from {{ signal_features }}
),

account_features as (
    select
        moments.lead_id,
        moments.as_of,
        account_features.feature,
        case
            when account_features.feature = 'engaged_people_count' and signals.lead_id is not null
                then account_features.number_value - 1
            else account_features.number_value
        end as others_value,
        account_features.number_value
    from {{ moments }} as moments
    inner join {{ ref('int_accounts__lead_versions') }} as lead_accounts
        on moments.lead_id = lead_accounts.lead_id and {{ known_at('lead_accounts', 'moments.as_of') }}
    inner join {{ account_features }} as account_features
        on lead_accounts.account_id = account_features.account_id and moments.as_of = account_features.as_of
    left join signals
        on
            moments.lead_id = signals.lead_id
            and moments.as_of = signals.as_of
            and signals.feature = 'activity_last_90_days'
),

features as (
    {% for feature, column, kind in stated %}
    select
        lead_id,
        as_of,
        was_seen,
        '{{ feature }}' as feature,
        {{ column if kind == 'text' else "'true'" if kind == 'flag' else 'cast(null as string)' }} as text_value,
        cast({{ column if kind == 'number' else '1' if kind == 'flag' else 'null' }} as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from traits
    where {{ column if kind == 'flag' else column ~ ' is not null' }}
    union all
    {% endfor %}
    select
        lead_id,
        as_of,
        true as was_seen,
        feature,
        cast(null as string) as text_value,
        number_value,
        cast(null as timestamp) as decays_from
    from account_features
    union all
    select
        lead_id,
        as_of,
        true as was_seen,
        'active_colleagues_count' as feature,
        cast(null as string) as text_value,
        others_value as number_value,
        cast(null as timestamp) as decays_from
    from account_features
    where feature = 'engaged_people_count' and others_value > 0
    union all
    select
        lead_id,
        as_of,
        true as was_seen,
        feature,
        cast(null as string) as text_value,
        number_value,
        decays_from
    from signals
    union all
    select
        lead_id,
        as_of,
        was_seen,
        feature,
        text_value,
        number_value,
        cast(null as timestamp) as decays_from
    from {{ own_features }}
    union all
    select
        moments.lead_id,
        moments.as_of,
        true as was_seen,
        'days_since_created' as feature,
        cast(null as string) as text_value,
        cast({{ days_between('people.created_at', 'moments.as_of') }} as decimal(18, 2)) as number_value,
        cast(null as timestamp) as decays_from
    from {{ moments }} as moments
    inner join {{ ref('int_identity__people') }} as people on moments.lead_id = people.lead_id
    where people.created_at is not null
)

select
    features.lead_id,
    features.as_of,
    features.feature,
    features.text_value,
    case
        when catalogue.value_type = 'answer' then {{ range_middle('features.text_value') }} else features.number_value
    end as number_value,
    features.decays_from
from features
inner join {{ ref('feature_catalogue') }} as catalogue on features.feature = catalogue.feature
where features.was_seen or catalogue.known_when != 'seen'
{%- endmacro %}
