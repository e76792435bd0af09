{% set log = earlier_rows('log_lead_score_line_changes') %}
-- depends_on: {{ ref('score_dimensions') }}

-- The lines of each lead's sum as the log has them after earlier runs, each with the lead's newest entry.

{% if log %}
with newest as (
    select lead_id, max(change_number) as change_number from {{ log }} group by lead_id
),

entries as (
    select distinct entries.lead_id, entries.change_number, entries.changed_at, entries.rule_set_hash
    from {{ log }} as entries
    inner join newest on entries.lead_id = newest.lead_id and entries.change_number = newest.change_number
),

lines as (
    select lead_id, dimension, kind, line_key, max(feature) as feature, max(label) as label, sum(difference) as points
    from {{ log }}
    group by lead_id, dimension, kind, line_key
)

select
    lines.*,
    entries.change_number,
    entries.changed_at,
    entries.rule_set_hash
from lines
inner join entries on lines.lead_id = entries.lead_id
{% else %}
select
    cast(null as string) as lead_id,
    cast(null as string) as dimension,
    cast(null as string) as kind,
    cast(null as string) as line_key,
    cast(null as string) as feature,
    cast(null as string) as label,
    cast(null as decimal(12, 2)) as points,
    0 as change_number,
    cast(null as timestamp) as changed_at,
    cast(null as string) as rule_set_hash
from {{ ref('score_dimensions') }}
where 1 = 0
{% endif %}
