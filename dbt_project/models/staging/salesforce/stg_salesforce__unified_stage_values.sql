select
    crm,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    'Status' as field,
    coalesce(status, '') as value,
    modified_at
from {{ ref('stg_salesforce__leads') }}
where not is_deleted
