select
    lead_id,
    case object
        when 'Lead' then {{ record_key('salesforce', 'leads', 'record_id') }}
        else {{ record_key('salesforce', 'contacts', 'record_id') }}
    end as record_key,
    after_values,
    crm_updated_at,
    record_changed_at,
    answered_at
from {{ source('ops', 'writes') }}
where crm = 'salesforce' and status = 'accepted' and {{ json_holds('after_values', "'OwnerId'") }}
