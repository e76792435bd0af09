select
    backtests.backtest_id,
    backtests.outcome_id,
    figures.scorer,
    figures.figure,
    figures.value,
    figures.lower_value,
    figures.upper_value,
    figures.lead_count
from {{ source('ops', 'backtest_figures') }} as figures
inner join {{ ref('int_learning__backtests') }} as backtests on figures.backtest_id = backtests.backtest_id
