-- Open leads by score. A disqualified one stands in the low band of fit, whatever its points.
select
    case when scores.disqualified_reason is null then scores.fit_score end as fit_score,
    scores.intent_score,
    count(*) as lead_count,
    cast(sum(scores.score) as double) as worth
from marts.fct_lead_scores as scores
inner join marts.dim_leads as leads on scores.lead_id = leads.lead_id
where leads.is_open
group by all
order by all
