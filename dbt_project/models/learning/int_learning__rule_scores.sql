-- What the rules say of the moments to learn from, where it is asked for: fit and intent together. Leads that a rule
-- disqualifies stand below all others.

{% set moments %}
(select * from {{ ref('int_learning__moments') }} where {{ 'true' if var('learning_rules') else 'false' }})
{% endset %}

with disqualified as (
    select distinct lead_id, as_of from {{ ref('int_learning__rule_hits') }} where dimension = 'disqualify'
),

sums as (
    select lines.lead_id, lines.as_of, sum(lines.points) as points
    from (
        {{ score_lines(ref('int_learning__rule_hits'), moments, 'lead_id', ['fit', 'intent']) }}
    ) as lines
    group by lines.lead_id, lines.as_of
),

lowest as (
    select sum(min_points) - 1 as points from {{ ref('score_dimensions') }} where dimension in ('fit', 'intent')
)

select
    moments.lead_id,
    moments.as_of,
    cast(
        case when disqualified.lead_id is not null then lowest.points else coalesce(sums.points, 0) end as integer
    ) as score
from {{ moments }} as moments
cross join lowest
left join sums on moments.lead_id = sums.lead_id and moments.as_of = sums.as_of
left join disqualified on moments.lead_id = disqualified.lead_id and moments.as_of = disqualified.as_of
