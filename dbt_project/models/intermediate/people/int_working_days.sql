-- One row per calendar and day, with the working seconds of all days before it. Working time between two moments is
-- then a difference of two sums, however far apart they are.

with digits as (
    select * from {{ numbers_to(10) }} as numbers
),

starts as (
    select ready_at as moment_at from {{ ref('int_responses') }}
    union all
    select promised_from as moment_at from {{ ref('int_response_promises') }}
),

spans as (
    select
        min(cast(moment_at as date)) as first_day,
        {{ dbt.dateadd('day', 400, 'cast(' ~ as_of() ~ ' as date)') }} as last_day
    from starts
),

offsets as (
    select (a.n - 1) * 1000 + (b.n - 1) * 100 + (c.n - 1) * 10 + d.n - 3 as n
    from digits as a
    cross join digits as b
    cross join digits as c
    cross join digits as d
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
        coalesce(business_hours.opens_minute, 0) * 60 as opens_second,
        case
            when holidays.holiday_on is null and business_hours.calendar is not null
                then (business_hours.closes_minute - business_hours.opens_minute) * 60
            else 0
        end as open_seconds
    from days
    cross join {{ ref('calendars') }} as calendars
    left join {{ ref('business_hours') }} as business_hours
        on
            calendars.calendar = business_hours.calendar
            and {{ iso_weekday('days.day_on') }} = business_hours.weekday
    left join {{ ref('holidays') }} as holidays
        on calendars.calendar = holidays.calendar and days.day_on = holidays.holiday_on
)

select
    calendar,
    region,
    time_zone,
    day_on,
    opens_second,
    open_seconds,
    cast(sum(open_seconds) over (partition by calendar order by day_on) - open_seconds as bigint) as seconds_before
from hours
