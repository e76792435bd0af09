{% set traits = lead_traits() %}
{% set columns = {} %}
{% for column in traits['text'] + traits['flag'] + traits['number'] %}{% do columns.update({column: column}) %}{% endfor %}
{% for topic in traits['answer'] %}{% do columns.update({'answer_' ~ topic: 'answer_' ~ topic}) %}{% endfor %}
{% set most_changed = 0.05 %}

-- What may be said of a feature's past. An event has its own date and the date of its entry. A trait stated at capture
-- is taken for what it was while the log has seen it change for few; else, and for what is only seen, the past is known
-- from the first run that remembers it. Version 0 is who the lead was when it came: that it differs is no change seen.

with leads as (
    select
        lead_id,
        {% for column in columns %}
        case
            when count({{ column }}) = 0 then 0
            when count({{ column }}) < count(*) then 1
            when min(cast({{ column }} as string)) != max(cast({{ column }} as string)) then 1
            else 0
        end as changed_{{ column }},
        min(case when {{ column }} is not null then seen_at end) as seen_{{ column }},
        {% endfor %}
        count(*) as version_count
    from {{ ref('log_lead_trait_versions') }}
    where version_number > 0
    group by lead_id
),

sums as (
    select
        {% for column in columns %}
        sum(changed_{{ column }}) as changed_{{ column }},
        min(seen_{{ column }}) as seen_{{ column }},
        {% endfor %}
        count(*) as watched_count
    from leads
),

own_leads as (
    select
        lead_id,
        feature,
        case when max(version_number) > 1 then 1 else 0 end as has_changed,
        min(seen_at) as seen_at
    from {{ ref('log_own_value_versions') }}
    group by lead_id, feature
),

watched as (
    {% for column in columns %}
    select
        '{{ column }}' as feature, changed_{{ column }} as changed_count, watched_count, seen_{{ column }} as seen_at
    from sums
    union all
    {% endfor %}
    select feature, sum(has_changed) as changed_count, count(*) as watched_count, min(seen_at) as seen_at
    from own_leads
    group by feature
),

pasts as (
    select
        catalogue.feature,
        catalogue.kind,
        catalogue.value_type,
        coalesce(effects.dimension, case when catalogue.kind in ('trait', 'answer', 'own') then 'fit' else 'intent' end)
            as dimension,
        effects.more_is,
        case
            when catalogue.kind in ('signal', 'signal_window') then 'zero'
            when catalogue.kind = 'recency' then 'never'
            else 'unknown'
        end as missing_is,
        case
            when catalogue.kind = 'outcome' then 'none'
            when catalogue.known_when = 'event' then 'exact'
            when catalogue.known_when = 'seen' then 'remembered'
            when watched.changed_count > {{ most_changed }} * watched.watched_count then 'remembered'
            else 'captured'
        end as past_is,
        watched.seen_at,
        coalesce(watched.changed_count, 0) as changed_count,
        coalesce(watched.watched_count, 0) as watched_count
    from {{ ref('feature_catalogue') }} as catalogue
    left join watched on catalogue.feature = watched.feature
    left join {{ ref('feature_effects') }} as effects on catalogue.feature = effects.feature
)

select
    feature,
    kind,
    value_type,
    dimension,
    more_is,
    missing_is,
    past_is,
    case when past_is = 'remembered' then seen_at end as reliable_from,
    cast(changed_count as bigint) as changed_count,
    cast(watched_count as bigint) as watched_count
from pasts
