select
    members.record_key,
    members.crm,
    members.object,
    members.record_id,
    members.account_id,
    members.name,
    members.place = 1 and not members.is_deleted as is_speaker,
    members.is_deleted,
    members.owner_id,
    owners.rep_id,
    members.created_at
from {{ ref('int_accounts__members') }} as members
left join {{ ref('int_identity__crm_owners') }} as owners on members.crm = owners.crm and members.owner_id = owners.owner_id
where members.is_in_crm
