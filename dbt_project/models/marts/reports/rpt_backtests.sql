-- What was looked back at, and when.

select
    backtest_id,
    outcome_id,
    horizon_days,
    basis,
    run_at,
    as_of,
    tested_from,
    tested_until,
    month_count,
    lead_count,
    example_count,
    converted_count,
    calls_per_week,
    change_name
from {{ ref('int_learning__backtests') }}
