-- Whether the CRMs still showed what we wrote, when that was last looked at (`leadwright reconcile`). An owner may differ
-- because a person changed him; a field that nobody fills by hand and that differs often is written by something else, too.

with latest as (
    select
        *,
        row_number() over (partition by crm, object, field order by reconciled_at desc, run_id) as place
    from {{ source('ops', 'reconciliations') }}
)

select
    {{ as_of() }} as as_of,
    crm,
    object,
    field,
    compared_count,
    differing_count,
    cast(differing_count as double) / nullif(compared_count, 0) as differing_share,
    missing_count,
    is_sample,
    {{ in_utc('reconciled_at') }} as reconciled_at
from latest
where place = 1
