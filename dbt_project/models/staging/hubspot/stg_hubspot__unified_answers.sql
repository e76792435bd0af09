select
    crm,
    {{ record_key('crm', 'contacts', 'record_id') }} as record_key,
    object as crm_object,
    field,
    value,
    modified_at
from {{ ref('stg_hubspot__answers') }}
