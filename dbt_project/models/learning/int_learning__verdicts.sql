-- The first gate that a model does not pass, in their order, says what is the matter with it. A gate of several rows is
-- passed where one of them is.

with gates as (
    select
        *,
        max(case when is_passed then 1 else 0 end) over (partition by model_id, gate_id) = 1 as is_open
    from {{ ref('int_learning__gates') }}
),

closed as (
    select
        *,
        row_number() over (partition by model_id order by place) as turn
    from gates
    where not is_open
)

select
    models.model_id,
    models.outcome_id,
    coalesce(closed.finding, 'passes') as verdict,
    closed.gate_id,
    case
        when closed.finding is null then 'passes'
        when closed.finding = 'too_few'
            then
                'too few outcomes: ' || cast(cast(coalesce(closed.value, 0) as bigint) as string)
                || ' of ' || cast(cast(closed.threshold as bigint) as string) || ' (' || lower(closed.label) || ')'
        when closed.finding = 'no_signal' then 'no signal'
        else 'does not pass: ' || lower(closed.label)
    end as verdict_text
from {{ ref('int_learning__models') }} as models
left join closed on models.model_id = closed.model_id and closed.turn = 1
