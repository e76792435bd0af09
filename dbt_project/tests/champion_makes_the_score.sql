-- Leads whose score is not made by the champion where one is in force: a rule gives points, or a dimension has no start.

with champion as (
    select distinct champions.model_id
    from {{ ref('int_scoring__champions') }} as champions
    where {{ rule_in_force('champions', as_of()) }}
),

starts as (
    select
        hits.lead_id,
        hits.as_of,
        {{ counted("hits.rule_id = 'model:start'") }} as start_count
    from {{ ref('int_scoring__model_hits') }} as hits
    group by hits.lead_id, hits.as_of
),

ruled as (
    select distinct lead_id from {{ ref('int_scoring__current_contributions') }} where kind = 'rule'
)

select
    moments.lead_id,
    starts.start_count,
    ruled.lead_id as ruled_lead_id
from champion
cross join {{ ref('int_scoring__moments') }} as moments
left join starts on moments.lead_id = starts.lead_id and moments.as_of = starts.as_of
left join ruled on moments.lead_id = ruled.lead_id
where
    moments.is_current
    and (coalesce(starts.start_count, 0) != 2 or ruled.lead_id is not null)
