-- The records that a task about a lead can be made beside: of an open lead that the CRMs may be told of, the live ones,
-- those that speak first in front; and who owns each, where that is a rep at work.

select
    identities.record_key,
    identities.lead_id,
    identities.crm,
    identities.record_id,
    owners.rep_id as shown_rep_id,
    coalesce(identities.precedence, 1000) as precedence,
    row_number() over (
        partition by identities.lead_id, identities.crm
        order by coalesce(identities.precedence, 1000), identities.place, identities.record_key
    ) as place
from {{ ref('int_identity__records') }} as identities
inner join {{ ref('unified_people') }} as people on identities.record_key = people.record_key
inner join {{ ref('int_writing__rollout') }} as rollout on identities.lead_id = rollout.lead_id and rollout.is_sent
inner join {{ ref('int_lifecycle__lead_stages') }} as stages on identities.lead_id = stages.lead_id and stages.is_open
left join {{ ref('int_identity__crm_owners') }} as owners
    on
        people.crm = owners.crm
        and people.owner_id = owners.owner_id
        and owners.is_active
        and owners.has_leads
where not identities.is_deleted and not identities.is_converted
