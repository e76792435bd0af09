-- Leads whose lines of the score do not add up to the log-odds that the champion gives them beside it.

with champion as (
    select distinct champions.model_id, champions.intercept
    from {{ ref('int_scoring__champions') }} as champions
    where {{ rule_in_force('champions', as_of()) }}
),

hits as (
    select
        hits.lead_id,
        sum(coalesce(hits.log_odds, 0)) as log_odds
    from {{ ref('int_scoring__model_hits') }} as hits
    inner join {{ ref('int_scoring__moments') }} as moments
        on hits.lead_id = moments.lead_id and hits.as_of = moments.as_of and moments.is_current
    group by hits.lead_id
)

select
    shadows.lead_id,
    shadows.log_odds as shadow_log_odds,
    champion.intercept + hits.log_odds as log_odds
from champion
inner join {{ ref('fct_lead_model_scores') }} as shadows on champion.model_id = shadows.model_id
left join hits on shadows.lead_id = hits.lead_id
where hits.lead_id is null or champion.intercept + hits.log_odds != shadows.log_odds
