select
    identities.record_key,
    identities.crm,
    identities.object,
    identities.record_id,
    identities.lead_id,
    identities.email_key,
    identities.is_deleted,
    members.owner_id,
    owners.rep_id
from {{ ref('int_identities') }} as identities
left join {{ ref('int_member_records') }} as members on identities.record_key = members.record_key
left join {{ ref('int_crm_owners') }} as owners
    on identities.crm = owners.crm and members.owner_id = owners.owner_id
