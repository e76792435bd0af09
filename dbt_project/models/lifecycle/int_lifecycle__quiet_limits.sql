-- How long a source or a CRM account may be quiet: counted in hours that usually bring a lead, each with the share of the
-- eight weeks in which it did, so that a night or a week-end counts for little; a day on which nobody works, in whatever
-- calendar, counts for nothing. Usual is what the second longest of the quiet spells came to, because one of them may have
-- been a fault; twice that, and at least three such hours, is too long. Where few hours had a lead nobody can tell what is
-- usual.

{% set weeks, enough, least_hours = 8, 20, 3 %}

with arrivals as (
    select * from {{ ref('int_lifecycle__arrivals') }}
),

named as (
    select
        cut,
        cut_value,
        {{ dbt.date_trunc('hour', 'max(last_lead_at)') }} as last_hour_at
    from arrivals
    group by cut, cut_value
    having count(*) >= {{ enough }}
),

slots as (
    select
        arrivals.cut,
        arrivals.cut_value,
        {{ iso_weekday('arrivals.hour_at') }} as weekday,
        hour(arrivals.hour_at) as hour_of_day,
        cast(count(*) as double) / {{ weeks }} as usual_share
    from arrivals
    group by arrivals.cut, arrivals.cut_value, {{ iso_weekday('arrivals.hour_at') }}, hour(arrivals.hour_at)
),

clock as (
    select
        named.cut,
        named.cut_value,
        named.last_hour_at,
        {{ dbt.dateadd('hour', '(day_numbers.n - 57) * 24 + hour_numbers.n', 'named.last_hour_at') }} as hour_at
    from named
    cross join {{ numbers_to(2 * weeks * 7) }} as day_numbers
    cross join {{ numbers_to(24) }} as hour_numbers
),

calendars as (
    select count(distinct calendar) as calendar_count from {{ ref('calendars') }}
),

free_days as (
    select holidays.holiday_on
    from {{ ref('holidays') }} as holidays
    cross join calendars
    group by holidays.holiday_on, calendars.calendar_count
    having count(distinct holidays.calendar) = calendars.calendar_count
),

counted as (
    select
        clock.*,
        arrivals.cut is not null as has_lead,
        sum(
            case
                when arrivals.cut is null and free_days.holiday_on is null then coalesce(slots.usual_share, 0) else 0
            end
        ) over (partition by clock.cut, clock.cut_value order by clock.hour_at) as quiet_sum
    from clock
    left join arrivals
        on clock.cut = arrivals.cut and clock.cut_value = arrivals.cut_value and clock.hour_at = arrivals.hour_at
    left join slots
        on
            clock.cut = slots.cut
            and clock.cut_value = slots.cut_value
            and {{ iso_weekday('clock.hour_at') }} = slots.weekday
            and hour(clock.hour_at) = slots.hour_of_day
    left join free_days on cast(clock.hour_at as date) = free_days.holiday_on
),

spells as (
    select
        cut,
        cut_value,
        quiet_sum,
        quiet_sum - lag(quiet_sum) over (partition by cut, cut_value order by hour_at) as quiet_hours
    from counted
    where has_lead
),

placed as (
    select
        *,
        row_number() over (partition by cut, cut_value order by quiet_hours desc, quiet_sum) as place
    from spells
    where quiet_hours is not null
),

limits as (
    select
        cut,
        cut_value,
        max(quiet_sum) as sum_at_last,
        greatest(2 * max(case when place = 2 then quiet_hours end), {{ least_hours }}) as quiet_limit
    from placed
    group by cut, cut_value
)

select
    limits.cut,
    limits.cut_value,
    limits.quiet_limit,
    min({{ dbt.dateadd('hour', 1, 'counted.hour_at') }}) as silent_from
from limits
inner join counted
    on
        limits.cut = counted.cut
        and limits.cut_value = counted.cut_value
        and counted.hour_at > counted.last_hour_at
        and counted.quiet_sum - limits.sum_at_last >= limits.quiet_limit
group by limits.cut, limits.cut_value, limits.quiet_limit
