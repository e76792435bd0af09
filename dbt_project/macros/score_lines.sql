{# The lines of a sum: rules, what a group's cap takes off, rounding to whole points, and what the dimension's limits
   take off or add. The lines of a dimension add up to its score exactly, because each is the difference between two
   exact decimal sums. `hits` are rules (or rows of a model, by `kind`) that hold, `moments` what is scored when, `subject` the column with its id. #}
{% macro score_lines(hits, moments, subject, dimensions, kind="'rule'") -%}
with hits as (
    select * from {{ hits }} where dimension in ('{{ dimensions | join("', '") }}')
),

dimensions as (
    select * from {{ ref('score_dimensions') }} where dimension in ('{{ dimensions | join("', '") }}')
),

groups as (
    select
        hits.{{ subject }},
        hits.as_of,
        hits.dimension,
        hits.signal_group,
        cast(sum(hits.points) as decimal(12, 2)) as raw_points,
        cast(
            case
                when sum(hits.points) > max(caps.cap) then max(caps.cap)
                when sum(hits.points) < -max(caps.cap) then -max(caps.cap)
                else sum(hits.points)
            end as decimal(12, 2)
        ) as points
    from hits
    left join {{ ref('score_groups') }} as caps
        on hits.dimension = caps.dimension and hits.signal_group = caps.signal_group
    group by hits.{{ subject }}, hits.as_of, hits.dimension, hits.signal_group
),

totals as (
    select
        moments.{{ subject }},
        moments.as_of,
        dimensions.dimension,
        dimensions.min_points,
        dimensions.max_points,
        cast(coalesce(sum(groups.points), 0) as decimal(12, 2)) as points,
        cast(round(coalesce(sum(groups.points), 0), 0) as decimal(12, 2)) as rounded_points
    from {{ moments }} as moments
    cross join dimensions
    left join groups
        on
            moments.{{ subject }} = groups.{{ subject }}
            and moments.as_of = groups.as_of
            and dimensions.dimension = groups.dimension
    group by
        moments.{{ subject }}, moments.as_of, dimensions.dimension, dimensions.min_points, dimensions.max_points
),

lines as (
    select
        {{ subject }},
        as_of,
        dimension,
        {{ kind }} as kind,
        rule_id,
        signal_group,
        feature,
        value,
        cast(points as decimal(12, 2)) as points,
        label
    from hits

    union all

    select
        {{ subject }},
        as_of,
        dimension,
        'group_cap' as kind,
        cast(null as string) as rule_id,
        signal_group,
        cast(null as string) as feature,
        cast(null as string) as value,
        cast(points - raw_points as decimal(12, 2)) as points,
        'No more than the cap for ' || replace(signal_group, '_', ' ') as label
    from groups

    union all

    select
        {{ subject }},
        as_of,
        dimension,
        'rounding' as kind,
        cast(null as string) as rule_id,
        cast(null as string) as signal_group,
        cast(null as string) as feature,
        cast(null as string) as value,
        cast(rounded_points - points as decimal(12, 2)) as points,
        'Rounded to whole points' as label
    from totals

    union all

    select
        {{ subject }},
        as_of,
        dimension,
        'clamp' as kind,
        cast(null as string) as rule_id,
        cast(null as string) as signal_group,
        cast(null as string) as feature,
        cast(null as string) as value,
        cast(
            case
                when rounded_points < min_points then min_points - rounded_points
                when rounded_points > max_points then max_points - rounded_points
                else 0
            end as decimal(12, 2)
        ) as points,
        'Kept within the limits of the ' || dimension || ' score' as label
    from totals
)

select * from lines where points != 0
{%- endmacro %}
