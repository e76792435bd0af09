with bands as (
    select
        model_id,
        count(distinct dimension) as dimension_count
    from ops.score_model_bands
    group by model_id
)

select
    models.* exclude (software),
    coalesce(bands.dimension_count, 0) = 2 as has_bands
from marts.rpt_models as models
left join bands on models.model_id = bands.model_id
where models.kind != 'none' or models.is_newest
order by models.trained_at desc, models.model_id
