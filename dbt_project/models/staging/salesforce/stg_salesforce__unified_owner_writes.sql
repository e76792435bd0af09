select
    crm,
    lead_id,
    case object
        when 'Lead' then {{ record_key('crm', 'leads', 'record_id') }}
        else {{ record_key('crm', 'contacts', 'record_id') }}
    end as record_key,
    after_values,
    crm_updated_at,
    record_changed_at,
    answered_at
from {{ source('ops', 'writes') }}
where crm in ({{ quoted_accounts_of('salesforce') }}) and status = 'accepted' and {{ json_holds('after_values', "'OwnerId'") }}
