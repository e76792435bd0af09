-- Who can take a lead at the moment of the run, by the clocks of the rep's own calendar. A holiday is a day without
-- hours; a leave takes the rep out of routing altogether. A rep without a calendar counts as always at work.

with matches as (
    select
        reps.rep_id,
        reps.email,
        calendars.calendar,
        {{ local_time(as_of(), 'calendars.time_zone') }} as local_at,
        row_number() over (
            partition by reps.rep_id order by {{ address_place('patterns.email_pattern', 'reps.email') }}
        ) as place
    from {{ ref('int_identity__reps') }} as reps
    inner join {{ ref('rep_calendars') }} as patterns
        on {{ address_place('patterns.email_pattern', 'reps.email') }} is not null
    inner join {{ ref('calendars') }} as calendars on patterns.calendar = calendars.calendar
),

clocks as (
    select
        reps.rep_id,
        reps.email,
        matches.calendar,
        coalesce(matches.local_at, {{ as_of() }}) as local_at,
        cast(coalesce(matches.local_at, {{ as_of() }}) as date) as today
    from {{ ref('int_identity__reps') }} as reps
    left join matches on reps.rep_id = matches.rep_id and matches.place = 1
),

noted as (
    select
        lower(email) as email,
        first_on,
        coalesce(last_on, cast('9999-12-31' as date)) as last_on,
        last_on is null as is_for_good
    from {{ ref('rep_leaves') }}
),

leaves as (
    select
        clocks.rep_id,
        max(case when clocks.today between leaves.first_on and leaves.last_on then leaves.last_on end) as away_until,
        max(case when leaves.is_for_good and clocks.today >= leaves.first_on then 1 else 0 end) = 1 as has_left,
        sum(
            greatest(
                0,
                least(
                    {{ days_between('leaves.first_on', 'clocks.today') }},
                    {{ days_between('leaves.first_on', 'leaves.last_on') }} + 1,
                    {{ routing_policy('fair_days') }},
                    {{ routing_policy('fair_days') }} - {{ days_between('leaves.last_on', 'clocks.today') }} + 1
                )
            )
        ) as absent_days
    from clocks
    inner join noted as leaves on clocks.email = leaves.email
    group by clocks.rep_id
)

select
    clocks.rep_id,
    clocks.calendar,
    clocks.today,
    leaves.away_until is not null as is_on_leave,
    leaves.away_until is null and (
        clocks.calendar is null
        or (
            holidays.calendar is null
            and coalesce(
                {{ seconds_between('cast(clocks.today as timestamp)', 'clocks.local_at') }}
                between hours.opens_minute * 60 and hours.closes_minute * 60 - 1,
                false
            )
        )
    ) as is_at_work,
    case
        when leaves.has_left then 'Has left'
        when leaves.away_until is not null then 'On leave until ' || cast(leaves.away_until as string)
        when holidays.calendar is not null then 'Not at work: ' || holidays.name
        else 'Not at work now'
    end as absence,
    least(coalesce(leaves.absent_days, 0), {{ routing_policy('fair_days') }})
    / cast({{ routing_policy('fair_days') }} as double) as absent_share
from clocks
left join {{ ref('business_hours') }} as hours
    on clocks.calendar = hours.calendar and {{ iso_weekday('clocks.local_at') }} = hours.weekday
left join {{ ref('holidays') }} as holidays
    on clocks.calendar = holidays.calendar and clocks.today = holidays.holiday_on
left join leaves on clocks.rep_id = leaves.rep_id
