select
    rep_id,
    email,
    full_name,
    hubspot_owner_id,
    salesforce_user_id,
    is_active
from {{ ref('int_reps') }}
