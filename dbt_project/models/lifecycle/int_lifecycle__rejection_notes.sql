-- What people wrote about a rejection: the reason as a code, and the day on which it was last audited. The record that was
-- changed last gives the reason.

with notes as (
    {{ stated_values(ref('unified_rejection_fields'), 'says') }}
)

select
    notes.lead_id,
    max(case when notes.says = 'reason' and notes.place = 1 then coalesce(reasons.reason_code, 'said_otherwise') end)
        as reason_code,
    cast(max(case when notes.says = 'audited_on' then {{ as_timestamp('notes.value') }} end) as date) as audited_on
from notes
left join {{ ref('rejection_reasons') }} as reasons on lower(trim(notes.value)) = reasons.value
group by notes.lead_id
