-- Leads without a score, or whose reason does not go with having an owner or none.

select leads.lead_id
from {{ ref('int_identity__people') }} as leads
left join {{ ref('int_scoring__scores') }} as scores on leads.lead_id = scores.lead_id and scores.is_current
left join {{ ref('int_routing__assignments') }} as assignments on leads.lead_id = assignments.lead_id
where
    scores.lead_id is null
    or assignments.reason is null
    or assignments.reason_code is null
    or (
        assignments.reason_code != 'undone'
        and (assignments.rep_id is null)
        != (
            assignments.reason_code in (
                'closed', 'emptied_by_person', 'nobody_takes_leads', 'pool_is_empty', 'all_on_leave', 'all_full'
            )
        )
    )
