select
    backtests.backtest_id,
    backtests.outcome_id,
    bands.scorer,
    bands.kind,
    bands.place,
    bands.label,
    bands.lead_count,
    bands.converted_count,
    bands.rate,
    bands.lower_rate,
    bands.upper_rate,
    bands.probability
from {{ source('ops', 'backtest_bands') }} as bands
inner join {{ ref('int_learning__backtests') }} as backtests on bands.backtest_id = backtests.backtest_id
