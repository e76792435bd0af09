-- The history of the fields in which people judge a lead, where the org tracks them.

select
    crm,
    {{ record_key('crm', 'leads', 'lead_record_id') }} as record_key,
    'Lead' as crm_object,
    field,
    coalesce(trim(new_value), '') as value,
    changed_at
from {{ ref('stg_salesforce__lead_history') }}
where
    not is_deleted
    and field in (select field from {{ ref('rejection_fields') }} where object = 'Lead' and says in ('taken', 'score'))
