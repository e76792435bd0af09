select
    crm,
    crm || ':' || from_object || ':' || from_id as activity_key,
    {{ record_key('crm', 'contacts', 'to_id') }} as record_key
from {{ ref('stg_hubspot__associations') }}
where to_object = 'contacts' and from_object in ('emails', 'calls', 'meetings', 'tasks')
