-- Where a lead's fit or intent score is another than in its newest entry of the log: the lines of the sum that differ.

with scores as (
    select lead_id, as_of, rule_set_hash from {{ ref('int_scoring__current_scores') }}
),

lines as (
    select
        lead_id,
        dimension,
        kind,
        coalesce(rule_id, signal_group, dimension) as line_key,
        max(feature) as feature,
        max(label) as label,
        sum(points) as points
    from {{ ref('int_scoring__current_contributions') }}
    group by lead_id, dimension, kind, coalesce(rule_id, signal_group, dimension)
),

earlier_lines as (
    select * from {{ ref('int_scoring__earlier_lines') }}
),

earlier as (
    select distinct lead_id, change_number, changed_at, rule_set_hash from earlier_lines
),

compared as (
    select
        coalesce(lines.lead_id, earlier_lines.lead_id) as lead_id,
        coalesce(lines.dimension, earlier_lines.dimension) as dimension,
        coalesce(lines.kind, earlier_lines.kind) as kind,
        coalesce(lines.line_key, earlier_lines.line_key) as line_key,
        coalesce(lines.feature, earlier_lines.feature) as feature,
        coalesce(lines.label, earlier_lines.label) as label,
        coalesce(earlier_lines.points, 0) as earlier_points,
        coalesce(lines.points, 0) as points
    from lines
    full outer join earlier_lines
        on
            lines.lead_id = earlier_lines.lead_id
            and lines.dimension = earlier_lines.dimension
            and lines.kind = earlier_lines.kind
            and lines.line_key = earlier_lines.line_key
),

moved as (
    select distinct lead_id
    from (
        select lead_id, dimension from compared group by lead_id, dimension having sum(points - earlier_points) != 0
    ) as dimensions
),

changed as (
    select
        scores.lead_id,
        scores.as_of,
        scores.rule_set_hash,
        earlier.change_number as earlier_number,
        earlier.changed_at as earlier_at,
        earlier.rule_set_hash as earlier_hash
    from scores
    left join earlier on scores.lead_id = earlier.lead_id
    left join moved on scores.lead_id = moved.lead_id
    where earlier.lead_id is null or moved.lead_id is not null
)

-- A lead without any line gets one that says so, to be known from then on.
select
    changed.*,
    compared.dimension,
    coalesce(compared.kind, 'none') as kind,
    compared.line_key,
    compared.feature,
    coalesce(compared.label, 'Nothing known yet') as label,
    coalesce(compared.earlier_points, 0) as earlier_points,
    coalesce(compared.points, 0) as points
from changed
left join compared on changed.lead_id = compared.lead_id and compared.points != compared.earlier_points
