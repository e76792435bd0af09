-- Every model that was made or tried. Scored are the newest of each outcome, in shadow, and the champion, whose rows make
-- the score (int_scoring__model_hits): nothing that is shown or written reads what is said here.

with champion as (
    select distinct champions.model_id
    from {{ ref('int_scoring__champions') }} as champions
    where {{ rule_in_force('champions', as_of()) }}
),

models as (
    select
        *,
        row_number() over (partition by outcome_id order by trained_at desc, model_id desc) as turn
    from {{ source('ops', 'score_models') }}
)

select
    models.model_id,
    models.outcome_id,
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
    software,
    models.turn = 1 as is_newest,
    champion.model_id is not null as is_champion,
    models.turn = 1 or champion.model_id is not null as is_scored
from models
left join champion on models.model_id = champion.model_id
