{{ config(materialized='view') }}

select
    set_number,
    rule_set_hash,
    live_from,
    kind,
    row_key,
    definition,
    valid_from,
    valid_to
from {{ ref('log_rule_sets') }}
