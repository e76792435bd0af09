select
    rep_id,
    crm,
    owner_id,
    is_active
from {{ ref('int_crm_owners') }}
