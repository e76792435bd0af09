-- Live CRM records without a lead, or with one that is not among the people: nothing may get lost on the way.

select records.record_key
from {{ ref('unified_people') }} as records
left join {{ ref('int_identity__records') }} as identities on records.record_key = identities.record_key
left join {{ ref('int_identity__people') }} as leads on identities.lead_id = leads.lead_id
where not coalesce(identities.is_deleted, records.is_deleted) and leads.lead_id is null
