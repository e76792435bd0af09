-- How fresh the pulled records are. Late is what was not pulled for a day, whether or not a record has changed: a CRM
-- where nobody works over a week-end is quiet, and its figures are still true.

select
    objects.crm,
    objects.crm_object as object,
    objects.record_count,
    objects.deleted_count,
    objects.last_changed_at,
    {{ in_utc('pulls.pulled_at') }} as pulled_at,
    pulls.row_count as pulled_count,
    cast({{ seconds_between(in_utc('pulls.pulled_at'), as_of()) }} as double) / 3600 as age_hours,
    coalesce({{ seconds_between(in_utc('pulls.pulled_at'), as_of()) }} > 86400, true) as is_late,
    pulls.stopped as stopped_reason
from {{ ref('unified_objects') }} as objects
left join {{ source('ops', 'pulls') }} as pulls on objects.crm = pulls.crm and objects.crm_object = pulls.object
where objects.record_count > 0 or objects.deleted_count > 0 or pulls.pulled_at is not null
