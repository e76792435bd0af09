select
    crm,
    {{ record_key('crm', 'contacts', 'contact_id') }} as record_key,
    owner_assigned_at as changed_at
from {{ ref('stg_hubspot__contacts') }}
where owner_assigned_at is not null
