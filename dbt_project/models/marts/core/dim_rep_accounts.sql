select
    rep_id,
    crm,
    owner_id,
    is_active
from {{ ref('int_identity__crm_owners') }}
