{% set versions = earlier_rows('int_engagement__touch_versions') %}

-- A log: touches by a person of ours that a run took for true and the next one did not.

{{ withdrawn_rows(
    "(select * from " ~ versions ~ " where known_until is null) as live" if versions else none,
    ref('int_engagement__touches'), ['touch_id'], ['touched_at'], ['lead_id'],
) }}
