-- What became of everything that earlier runs sent to the CRMs. Reports are built before a run writes, so what this run
-- sends is in the next run's report; ops.writes, which is published after the writing, has it at once.

select
    {{ as_of() }} as as_of,
    crm,
    object,
    status,
    coalesce(code, '') as code,
    count(*) as record_count,
    max({{ in_utc('sent_at') }}) as last_at
from {{ source('ops', 'writes') }}
group by crm, object, status, coalesce(code, '')
