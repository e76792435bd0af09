select
    record_key,
    crm,
    object,
    record_id,
    lead_id,
    email_key,
    is_deleted
from {{ ref('int_identities') }}
