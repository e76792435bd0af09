-- What became of everything that runs sent to the CRMs; reports are built when a run has written, so this one is among them.

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
