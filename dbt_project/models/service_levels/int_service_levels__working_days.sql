-- One row per calendar and day, with the working seconds of all days before it. Working time between two moments is
-- then a difference of two sums, however far apart they are. Seconds are those that pass: where the clocks are changed
-- during working hours, that day has an hour more or less. An implausible moment adds no days for anybody. No promise
-- counts from before its lead was ready, and none is noted after the run that makes it.

with starts as (
    select ready_at as moment_at from {{ ref('int_service_levels__responses') }}
    union all
    select {{ as_of() }} as moment_at
),

spans as (
    select
        {{ dbt.dateadd('day', -2, 'min(cast(moment_at as date))') }} as first_day,
        {{ dbt.dateadd('day', 400, 'cast(' ~ as_of() ~ ' as date)') }} as last_day
    from starts
    where {{ is_plausible('moment_at') }}
),

hundreds as (
    select * from {{ numbers_to(300) }} as numbers
),

offsets as (
    select (hundreds.n - 1) * 100 + units.n - 1 as n
    from hundreds
    cross join hundreds as units
    where units.n <= 100
),

days as (
    select cast({{ dbt.dateadd('day', 'offsets.n', 'spans.first_day') }} as date) as day_on
    from spans
    inner join offsets on {{ dbt.dateadd('day', 'offsets.n', 'spans.first_day') }} <= spans.last_day
),

hours as (
    select
        calendars.calendar,
        calendars.region,
        calendars.time_zone,
        days.day_on,
        {% for edge in ['opens', 'closes'] %}
        {{ dbt.dateadd(
            'minute', 'coalesce(business_hours.' ~ edge ~ '_minute, 0)', 'cast(days.day_on as timestamp)'
        ) }} as {{ edge }}_at,
        {% endfor %}
        holidays.holiday_on is null and business_hours.calendar is not null as is_open
    from days
    cross join {{ ref('calendars') }} as calendars
    left join {{ ref('business_hours') }} as business_hours
        on
            calendars.calendar = business_hours.calendar
            and {{ iso_weekday('days.day_on') }} = business_hours.weekday
    left join {{ ref('holidays') }} as holidays
        on calendars.calendar = holidays.calendar and days.day_on = holidays.holiday_on
),

in_utc as (
    select
        calendar,
        region,
        time_zone,
        day_on,
        is_open,
        {{ utc_time('opens_at', 'time_zone') }} as opens_at,
        {{ utc_time('closes_at', 'time_zone') }} as closes_at
    from hours
),

counted as (
    select
        calendar,
        region,
        time_zone,
        day_on,
        opens_at,
        cast(case when is_open then {{ seconds_between('opens_at', 'closes_at') }} else 0 end as integer) as open_seconds
    from in_utc
)

select
    calendar,
    region,
    time_zone,
    day_on,
    opens_at,
    open_seconds,
    cast(sum(open_seconds) over (partition by calendar order by day_on) - open_seconds as bigint) as seconds_before
from counted
