select
    crm,
    case object
        when 'Lead' then {{ record_key('crm', 'leads', 'record_id') }}
        when 'Contact' then {{ record_key('crm', 'contacts', 'record_id') }}
    end as record_key,
    object as crm_object,
    field,
    value,
    modified_at
from {{ ref('stg_salesforce__answers') }}
