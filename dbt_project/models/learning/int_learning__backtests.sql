-- The newest look back of each outcome.

with backtests as (
    select
        *,
        row_number() over (partition by outcome_id order by run_at desc, backtest_id desc) as turn
    from {{ source('ops', 'backtests') }}
)

select
    backtest_id,
    outcome_id,
    horizon_days,
    basis,
    {{ in_utc('run_at') }} as run_at,
    {{ in_utc('as_of') }} as as_of,
    {{ in_utc('tested_from') }} as tested_from,
    {{ in_utc('tested_until') }} as tested_until,
    month_count,
    lead_count,
    example_count,
    converted_count,
    calls_per_week,
    change_name
from backtests
where turn = 1
