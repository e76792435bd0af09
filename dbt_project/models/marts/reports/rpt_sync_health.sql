{{ config(materialized='view') }}

-- What became of everything that runs sent to the CRMs. Reports are built before a run writes; this one is a view, so that
-- the copy which is published when the run has ended tells of its own writes, too.

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
