-- Leads by ten points of score and what became of them: a score that tells leads apart has shares that rise with it.
-- It is the score of today, which knows what happened since; a fair test takes the score of an earlier day.

with leads as (
    select
        least(floor(scores.score / 10.0) * 10, 90) as band_from,
        leads.is_mql,
        leads.is_sql,
        leads.is_won
    from {{ ref('fct_lead_scores') }} as scores
    inner join {{ ref('dim_leads') }} as leads on scores.lead_id = leads.lead_id
)

select
    cast(band_from as integer) as band_from,
    count(*) as lead_count,
    {{ counted('is_mql') }} as mql_count,
    {{ counted('is_sql') }} as sql_count,
    {{ counted('is_won') }} as won_count
from leads
group by band_from
