-- A contact role is dated; the lead that became the opportunity is its main person.

select
    crm,
    crm || ':' || opportunity_id as opportunity_id,
    {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
    is_primary,
    created_at as joined_at
from {{ ref('stg_salesforce__opportunity_contact_roles') }}
where not is_deleted

union all

select
    crm,
    crm || ':' || converted_opportunity_id as opportunity_id,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    true as is_primary,
    cast(null as timestamp) as joined_at
from {{ ref('stg_salesforce__leads') }}
where converted_opportunity_id is not null and not is_deleted
