select
    identities.record_key,
    identities.crm,
    coalesce(systems.label, identities.crm) as crm_label,
    identities.object,
    identities.record_id,
    identities.lead_id,
    identities.email_key,
    identities.is_deleted,
    members.owner_id,
    owners.rep_id
from {{ ref('int_identity__records') }} as identities
left join {{ ref('crm_systems') }} as systems on identities.crm = systems.crm
left join {{ ref('int_identity__member_records') }} as members on identities.record_key = members.record_key
left join {{ ref('int_identity__crm_owners') }} as owners
    on identities.crm = owners.crm and members.owner_id = owners.owner_id
