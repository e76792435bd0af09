{# What leads did up to each moment; `moments` has lead_id, as_of and informed_at. #}
{% macro signal_features_at(moments) -%}
with moments as (
    select * from {{ moments }}
),

days as (
    select
        moments.lead_id,
        moments.as_of,
        engagements.signal,
        {{ days_between('engagements.occurred_at', 'moments.as_of') }} as age_days,
        count(*) as event_count,
        max(engagements.occurred_at) as last_at
    from moments
    inner join {{ ref('int_engagement__versions') }} as engagements
        on
            moments.lead_id = engagements.lead_id
            and engagements.occurred_at <= moments.as_of
            and {{ known_at('engagements', 'moments.informed_at') }}
    group by
        moments.lead_id,
        moments.as_of,
        engagements.signal,
        {{ days_between('engagements.occurred_at', 'moments.as_of') }}
),

measured as (
    select
        days.lead_id,
        days.as_of,
        catalogue.feature,
        catalogue.is_hand_raise,
        catalogue.decays,
        case catalogue.measure
            when 'count' then sum(days.event_count)
            when 'active_days' then count(distinct days.age_days)
            else min(days.age_days)
        end as number_value,
        max(days.last_at) as last_at
    from days
    inner join {{ ref('feature_catalogue') }} as catalogue
        on
            (catalogue.signal = days.signal or (catalogue.signal = '*' and days.signal != 'email_opened'))
            and (catalogue.window_days is null or days.age_days < catalogue.window_days)
    group by
        days.lead_id, days.as_of, catalogue.feature, catalogue.is_hand_raise, catalogue.decays, catalogue.measure
),

worked as (
    select measured.lead_id, measured.as_of, measured.feature, min(touches.touched_at) as worked_at
    from measured
    inner join moments on measured.lead_id = moments.lead_id and measured.as_of = moments.as_of
    inner join {{ ref('int_engagement__touch_versions') }} as touches
        on
            measured.lead_id = touches.lead_id
            and measured.last_at <= touches.touched_at
            and touches.touched_at <= measured.as_of
            and {{ known_at('touches', 'moments.informed_at') }}
    where measured.is_hand_raise
    group by measured.lead_id, measured.as_of, measured.feature
)

select
    measured.lead_id,
    measured.as_of,
    measured.feature,
    cast(measured.number_value as decimal(18, 2)) as number_value,
    measured.last_at,
    case
        when measured.is_hand_raise then worked.worked_at
        when measured.decays then measured.last_at
    end as decays_from
from measured
left join worked
    on measured.lead_id = worked.lead_id and measured.as_of = worked.as_of and measured.feature = worked.feature
{%- endmacro %}
