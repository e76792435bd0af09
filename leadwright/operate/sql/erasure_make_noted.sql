create temp table noted (
    crm varchar,
    object varchar,
    record_hash varchar,
    erased_at timestamptz,
    is_kept_out boolean
)
