-- The strongest reasons for a score in words, with the points that they gave: a rule that its group's cap or the limits
-- of its dimension left with less is named with less. What gives most comes first, so that it is the later ones that a
-- cap cuts; rounding goes to whichever rule crosses the half. So the points named and those of the others add up to the
-- score. Rules that gave nothing are named only where no rule gave anything; what every lead begins with is among the
-- others, because it tells nobody why this one is here.

{% set order_of_size = "order by case when {0} < 0 then 1 else 0 end, abs({0}) desc, rule_id "
    ~ "rows between unbounded preceding and current row" %}

with contributions as (
    select * from {{ ref('int_scoring__contributions') }}
),

rules as (
    select
        contributions.lead_id,
        contributions.as_of,
        contributions.dimension,
        contributions.rule_id,
        contributions.signal_group = 'every_lead' as is_of_everybody,
        contributions.label,
        contributions.points,
        coalesce(caps.cap, 1000000) as cap,
        dimensions.min_points,
        dimensions.max_points,
        sum(contributions.points) over (
            partition by
                contributions.lead_id, contributions.as_of, contributions.dimension, contributions.signal_group
            {{ order_of_size.replace('{0}', 'contributions.points').replace('rule_id', 'contributions.rule_id') }}
        ) as group_points
    from contributions
    inner join {{ ref('score_dimensions') }} as dimensions on contributions.dimension = dimensions.dimension
    left join {{ ref('score_groups') }} as caps
        on contributions.dimension = caps.dimension and contributions.signal_group = caps.signal_group
    where contributions.kind = 'rule'
),

capped as (
    select
        *,
        least(greatest(group_points, -cap), cap) - least(greatest(group_points - points, -cap), cap) as capped_points
    from rules
),

summed as (
    select
        *,
        sum(capped_points) over (
            partition by lead_id, as_of, dimension {{ order_of_size.replace('{0}', 'capped_points') }}
        ) as total_points
    from capped
),

given as (
    select
        *,
        cast(
            least(greatest(round(total_points, 0), min_points), max_points)
            - least(greatest(round(total_points - capped_points, 0), min_points), max_points) as integer
        ) as given_points
    from summed
),

ranked as (
    select
        *,
        row_number() over (
            partition by lead_id, as_of order by abs(given_points) desc, abs(points) desc, rule_id
        ) as place,
        max(abs(given_points)) over (partition by lead_id, as_of) as most_points
    from given
    where not is_of_everybody
),

scores as (
    select lead_id, as_of, cast(sum(points) as integer) as score
    from contributions
    group by lead_id, as_of
),

named as (
    select
        lead_id,
        as_of,
        {% for n in range(1, 6) %}
        max(
            case
                when place = {{ n }}
                    then
                        label || case
                            when given_points > 0 then ' (+' || cast(given_points as string) || ')'
                            when given_points < 0 then ' (' || cast(given_points as string) || ')'
                            else ''
                        end
            end
        ) as reason_{{ n }},
        {% endfor %}
        sum(given_points) as named_points
    from ranked
    where place <= 5 and (given_points != 0 or most_points = 0)
    group by lead_id, as_of
)

select
    named.lead_id,
    named.as_of,
    named.reason_1
    {%- for n in range(2, 6) %} || coalesce('; ' || named.reason_{{ n }}, ''){% endfor %}
    || case
        when scores.score > named.named_points
            then '; others (+' || cast(scores.score - named.named_points as string) || ')'
        when scores.score < named.named_points
            then '; others (' || cast(scores.score - named.named_points as string) || ')'
        else ''
    end as reasons
from named
inner join scores on named.lead_id = scores.lead_id and named.as_of = scores.as_of
