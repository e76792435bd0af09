-- Records whose owner somebody changed after a CRM had stored the owner that we wrote. Such an edit stands.

with records as (
    select {{ record_key('hubspot', 'contacts', 'contact_id') }} as record_key, owner_id, modified_at
    from {{ ref('stg_hubspot__contacts') }}
    union all
    select {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key, owner_id, modified_at
    from {{ ref('stg_salesforce__leads') }}
    union all
    select {{ record_key('salesforce', 'contacts', 'contact_id') }} as record_key, owner_id, modified_at
    from {{ ref('stg_salesforce__contacts') }}
),

owner_writes as (
    select
        crm || ':' || case object when 'Lead' then 'leads' else 'contacts' end || ':' || record_id as record_key,
        after_values,
        {{ in_utc('crm_updated_at') }} as written_at,
        row_number() over (partition by crm, object, record_id order by crm_updated_at desc) as place
    from {{ source('ops', 'writes') }}
    where
        status = 'accepted'
        and (
            {{ json_holds('after_values', "'hubspot_owner_id'") }} or {{ json_holds('after_values', "'OwnerId'") }}
        )
)

select records.record_key, identities.lead_id, records.owner_id
from records
inner join owner_writes
    on
        records.record_key = owner_writes.record_key
        and owner_writes.place = 1
        and records.modified_at > owner_writes.written_at
        and not {{ json_holds('owner_writes.after_values', 'records.owner_id') }}
inner join {{ ref('int_identities') }} as identities on records.record_key = identities.record_key
