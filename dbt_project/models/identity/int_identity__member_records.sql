-- The live records of a lead with what they say. See int_identity__records for who speaks first.

select
    identities.lead_id,
    identities.crm,
    identities.object,
    identities.record_id,
    identities.created_at,
    identities.is_converted,
    identities.precedence,
    identities.place,
    said.*
from {{ ref('int_identity__records') }} as identities
inner join {{ ref('int_identity__person_values') }} as said on identities.record_key = said.record_key
where not identities.is_deleted
