-- Dates of stages, and what makes them doubtful: the same as that of creation, all on one day, before creation, ahead.
with dates as (
    select
        'mql' as stage,
        created_at,
        mql_at as dated_at
    from marts.dim_leads
    union all
    select
        'sal' as stage,
        created_at,
        sal_at as dated_at
    from marts.dim_leads
    union all
    select
        'sql' as stage,
        created_at,
        sql_at as dated_at
    from marts.dim_leads
    union all
    select
        'opportunity' as stage,
        created_at,
        opportunity_at as dated_at
    from marts.dim_leads
    union all
    select
        'won' as stage,
        created_at,
        won_at as dated_at
    from marts.dim_leads
),

days as (
    select
        stage,
        date_trunc('day', dated_at) as day,
        count(*) as leads
    from dates
    where dated_at is not null
    group by stage, day
),

busiest as (
    select
        stage,
        arg_max(day, leads) as day,
        max(leads) as leads
    from days
    group by stage
)

select
    dates.stage,
    count(*) as dated,
    count(*) filter (where abs(epoch(dates.dated_at) - epoch(dates.created_at)) < 60) as at_creation,
    count(*) filter (where dates.dated_at < dates.created_at - to_days(1)) as before_creation,
    count(*) filter (where dates.dated_at > $as_of) as ahead,
    any_value(busiest.day) as busiest_day,
    any_value(busiest.leads) as on_busiest_day
from dates
inner join busiest on dates.stage = busiest.stage
where dates.dated_at is not null
group by dates.stage
order by dates.stage
