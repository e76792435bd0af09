-- The rules of fit and intent in force, with how many leads each holds for today and how many have a value at all of what
-- it looks at. Rules that look at what nobody has move no score, and a rule set made of them gives everybody one grade.

with known as (
    select
        features.feature,
        count(distinct features.lead_id) as known_count
    from {{ ref('int_scoring__features') }} as features
    inner join {{ ref('int_scoring__moments') }} as moments
        on features.lead_id = moments.lead_id and features.as_of = moments.as_of
    where moments.is_current
    group by features.feature
),

held as (
    select
        contributions.rule_id,
        count(distinct contributions.lead_id) as lead_count,
        count(distinct case when leads.is_open then contributions.lead_id end) as open_lead_count
    from {{ ref('fct_lead_score_contributions') }} as contributions
    inner join {{ ref('dim_leads') }} as leads on contributions.lead_id = leads.lead_id
    where contributions.kind = 'rule'
    group by contributions.rule_id
)

select
    rules.rule_id,
    rules.dimension,
    rules.label,
    rules.feature,
    rules.points,
    coalesce(held.lead_count, 0) as lead_count,
    coalesce(held.open_lead_count, 0) as open_lead_count,
    coalesce(known.known_count, 0) as known_count
from {{ ref('score_rules') }} as rules
left join held on rules.rule_id = held.rule_id
left join known on rules.feature = known.feature
where rules.dimension in ('fit', 'intent') and {{ rule_in_force('rules', as_of()) }}
