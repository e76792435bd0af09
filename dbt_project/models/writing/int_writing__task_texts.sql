-- Subject and text of each new task, from the company's own templates: a line that names what is not known of the lead is
-- left out. Both fit the narrower of the CRMs' limits.

with packets as (
    select * from {{ ref('int_writing__task_packets') }}
),

subjects as (
    select packets.task_key, 'subject' as part, 0 as place, rules.subject as line
    from packets
    inner join {{ ref('crm_tasks') }} as rules
        on packets.kind = rules.kind and packets.rule_grade is not distinct from rules.grade
),

known_lines as (
    select packets.task_key, 'line' as part, templates.place, templates.line
    from packets
    inner join {{ ref('crm_task_lines') }} as templates on packets.kind = templates.kind
    where not ({{ lacks_task_values('templates.line', 'packets') }})
),

wanted as (
    select * from subjects
    union all
    select * from known_lines
),

{{ filled_with_task_values('wanted', 'packets', ['task_key', 'part', 'place']) }},

texts as (
    select
        task_key,
        max(case when part = 'subject' then line end) as title,
        {{ dbt.listagg("case when part = 'line' then line end", 'chr(10)', 'order by place') }} as packet
    from filled
    group by task_key
)

select
    packets.task_key,
    packets.lead_id,
    packets.due_on,
    substring(texts.title, 1, 250) as title,
    coalesce(substring(texts.packet, 1, 31000), texts.title) as packet
from packets
inner join texts on packets.task_key = texts.task_key
where texts.title is not null
