select
    rep_id,
    email,
    full_name,
    is_active
from {{ ref('int_identity__reps') }}
