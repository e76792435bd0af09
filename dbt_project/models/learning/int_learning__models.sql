-- The newest model of each outcome. All of them are shadows: no grade, owner or written value reads one.

with models as (
    select
        *,
        row_number() over (partition by outcome_id order by trained_at desc, model_id desc) as turn
    from {{ source('ops', 'score_models') }}
)

select
    model_id,
    outcome_id,
    {{ in_utc('trained_at') }} as trained_at,
    {{ in_utc('as_of') }} as as_of,
    kind,
    calibration,
    basis,
    {{ in_utc('trained_from') }} as trained_from,
    {{ in_utc('trained_until') }} as trained_until,
    {{ in_utc('tested_from') }} as tested_from,
    {{ in_utc('tested_until') }} as tested_until,
    lead_count,
    example_count,
    excluded_count,
    software
from models
where turn = 1
