-- Whether a source or a CRM account is quiet for longer than it usually is at this time of the week
-- (int_lifecycle__quiet_limits). What brought no lead for eight weeks is taken to have ended, and is no alarm.

with named as (
    select
        cut,
        cut_value,
        max(last_lead_at) as last_lead_at,
        max(judged_at) as judged_at,
        count(*) as active_hour_count,
        cast(sum(arrival_count) as bigint) as lead_count
    from {{ ref('int_lifecycle__arrivals') }}
    group by cut, cut_value
)

select
    named.cut,
    named.cut_value,
    named.last_lead_at,
    named.judged_at,
    named.lead_count,
    named.active_hour_count,
    cast({{ seconds_between('named.last_lead_at', 'named.judged_at') }} as double) / 3600 as quiet_hours,
    cast({{ seconds_between('named.last_lead_at', 'limits.silent_from') }} as double) / 3600 as usual_hours,
    limits.silent_from,
    case
        when named.judged_at is null then 'not_read'
        when named.judged_at > {{ dbt.dateadd('day', 56, 'named.last_lead_at') }} then 'ended'
        when limits.silent_from is null then 'thin'
        when limits.silent_from <= named.judged_at then 'silent'
        else 'usual'
    end as state,
    coalesce(
        limits.silent_from <= named.judged_at
        and named.judged_at <= {{ dbt.dateadd('day', 56, 'named.last_lead_at') }}, false
    ) as is_silent
from named
left join {{ ref('int_lifecycle__quiet_limits') }} as limits
    on named.cut = limits.cut and named.cut_value = limits.cut_value
