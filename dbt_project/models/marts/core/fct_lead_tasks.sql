select
    task_key,
    lead_id,
    kind,
    grade,
    crm,
    rep_id,
    other_rep_id,
    called_at,
    due_at,
    sent_at,
    done_at,
    case
        when done_at is not null then 'done'
        when is_shown then 'shown'
        when sent_at is not null then 'sent'
        when is_to_make then 'waiting'
        else 'dropped'
    end as state
from {{ ref('int_writing__lead_tasks') }}
