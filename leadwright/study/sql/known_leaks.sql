-- Why the newest model of some outcome was kept from learning from a feature: the weightiest finding.
select
    leaks.feature,
    min_by(leaks.finding, leaks.place) as finding
from marts.rpt_model_leaks as leaks
inner join marts.rpt_models as models on leaks.model_id = models.model_id
where models.is_newest and leaks.is_left_out
group by leaks.feature
