-- Leads whose score is not made by the champion where one is in force: a rule gives points, a dimension has no start, or the
-- lines do not add up to the log-odds that the model gives the lead in shadow.

with champion as (
    select distinct champions.model_id, champions.intercept
    from {{ ref('int_scoring__champions') }} as champions
    where {{ rule_in_force('champions', as_of()) }}
),

hits as (
    select
        hits.lead_id,
        sum(coalesce(hits.log_odds, 0)) as log_odds,
        {{ counted("hits.rule_id = 'model:start'") }} as start_count
    from {{ ref('int_scoring__model_hits') }} as hits
    inner join {{ ref('int_scoring__moments') }} as moments
        on hits.lead_id = moments.lead_id and hits.as_of = moments.as_of and moments.is_current
    group by hits.lead_id
),

ruled as (
    select distinct lead_id from {{ ref('fct_lead_score_contributions') }} where kind = 'rule'
)

select
    shadows.lead_id,
    shadows.log_odds as shadow_log_odds,
    champion.intercept + hits.log_odds as log_odds,
    hits.start_count,
    ruled.lead_id as ruled_lead_id
from champion
inner join {{ ref('fct_lead_model_scores') }} as shadows on champion.model_id = shadows.model_id
left join hits on shadows.lead_id = hits.lead_id
left join ruled on shadows.lead_id = ruled.lead_id
where
    coalesce(hits.start_count, 0) != 2
    or champion.intercept + hits.log_odds != shadows.log_odds
    or ruled.lead_id is not null
