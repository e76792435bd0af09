-- Salesforce notes a change of owner twice: by the names and by the ids.

select distinct
    crm,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    changed_at
from {{ ref('stg_salesforce__lead_history') }}
where field = 'Owner'
