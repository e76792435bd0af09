{% set versions = earlier_rows('int_engagement__versions') %}

-- A log: what a lead did as far as a run took it for true and the next one did not. The signal is that of its time.

{{ withdrawn_rows(
    "(select * from " ~ versions ~ " where known_until is null) as live" if versions else none,
    ref('int_engagement__signals'), ['source_id', 'kind'], ['occurred_at', 'detail'], ['lead_id', 'signal'],
) }}
