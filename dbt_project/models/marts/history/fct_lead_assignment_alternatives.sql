{{ config(materialized='view') }}

select
    lead_id,
    decision_number,
    rep_id,
    full_name,
    pool,
    is_chosen,
    why_not,
    open_load,
    load_after,
    capacity,
    weight,
    charged_load,
    win_rate,
    considered_at,
    why_not_code
from {{ ref('log_lead_assignment_alternatives') }}
