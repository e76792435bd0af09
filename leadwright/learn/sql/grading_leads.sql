-- The leads that nobody has decided about yet; all of them where few are left.
with leads as (
    select
        said.fit_points,
        said.intent_points,
        said.probability,
        scores.disqualified_reason is not null as is_disqualified,
        coalesce(not stages.is_sql and not stages.is_closed, true) as is_undecided
    from marts.fct_lead_model_scores as said
    inner join intermediate.int_scoring__scores as scores
        on said.lead_id = scores.lead_id and said.as_of = scores.as_of and scores.is_current
    left join intermediate.int_lifecycle__lead_stages as standing on said.lead_id = standing.lead_id
    left join seeds.stages as stages on standing.lifecycle_stage = stages.stage
    where said.model_id = $model_id
)

select
    cast(fit_points as double) as fit_points,
    cast(intent_points as double) as intent_points,
    probability,
    is_disqualified
from leads
where is_undecided or (select count(*) from leads as others where others.is_undecided) < 200
