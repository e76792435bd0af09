-- Subject and text of each new task, from the company's own templates: a line that names what is not known of the lead is
-- left out. Both fit the narrower of the CRMs' limits.

with packets as (
    select * from {{ ref('int_writing__task_packets') }}
),

told as (
    select
        packets.task_key,
        lines.place,
        {{ with_task_values('lines.line', 'packets') }} as line
    from packets
    inner join {{ ref('crm_task_lines') }} as lines on packets.kind = lines.kind
),

texts as (
    select task_key, {{ dbt.listagg('line', 'chr(10)', 'order by place') }} as packet
    from told
    where line is not null
    group by task_key
)

select
    packets.task_key,
    packets.lead_id,
    packets.due_on,
    substring(
        coalesce({{ with_task_values('rules.subject', 'packets') }}, {{ task_values_in('rules.subject', 'packets') }}), 1, 250
    ) as title,
    substring(texts.packet, 1, 31000) as packet
from packets
inner join {{ ref('crm_tasks') }} as rules
    on packets.kind = rules.kind and packets.rule_grade is not distinct from rules.grade
inner join texts on packets.task_key = texts.task_key
