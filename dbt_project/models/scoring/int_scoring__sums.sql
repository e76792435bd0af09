{% set dimensions = ['fit', 'intent'] %}

-- The scores of each lead and moment: what its rules or the champion give, what that is after caps and rounding, and within the limits.

with contributions as (
    select * from {{ ref('int_scoring__contributions') }}
)

select
    moments.lead_id,
    moments.as_of,
    {% for dimension in dimensions %}
    cast(
        sum(
            case
                when contributions.dimension = '{{ dimension }}' and contributions.kind in ('rule', 'model')
                    then contributions.points
                else 0
            end
        ) as decimal(12, 2)
    ) as {{ dimension }}_raw,
    cast(
        sum(
            case
                when contributions.dimension = '{{ dimension }}' and contributions.kind != 'clamp'
                    then contributions.points
                else 0
            end
        ) as integer
    ) as {{ dimension }}_rounded,
    cast(
        sum(case when contributions.dimension = '{{ dimension }}' then contributions.points else 0 end) as integer
    ) as {{ dimension }}_score,
    {% endfor %}
    moments.is_current
from {{ ref('int_scoring__moments') }} as moments
left join contributions on moments.lead_id = contributions.lead_id and moments.as_of = contributions.as_of
group by moments.lead_id, moments.as_of, moments.is_current
