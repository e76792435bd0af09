-- The champion's drift by measure. Between drifted and steady nothing is said, or what wavers would be told again and again.
with measured as (
    select drift.*
    from marts.rpt_model_drift as drift
    inner join marts.rpt_models as models on drift.model_id = models.model_id and models.is_champion
)

select
    measure,
    max(as_of) as as_of,
    min(left(model_id, 8)) as model,
    max(recent_count) as lead_count,
    max(expected_rate) as expected_rate,
    max(rate) as rate,
    list(subject order by stability_index desc, subject) filter (where state = 'drifted') as drifted
from measured
group by measure
having bool_or(state = 'drifted') or bool_and(state in ('steady', 'thin')) and bool_or(state = 'steady')
order by measure
