{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}
{% set versions = earlier_rows('int_touch_versions') %}

-- A log: touches by a person of ours that a run took for true and the next one did not.

{{ withdrawn_rows(
    "(select * from " ~ versions ~ " where known_until is null) as live" if versions else none,
    ref('int_touches'), ['touch_id'], ['touched_at'], ['lead_id'],
) }}
