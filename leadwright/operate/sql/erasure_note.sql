insert into ops.erasures by name
select
    crm,
    object,
    sha256(record_key) as record_hash,
    now() as erased_at,
    $keep_out as is_kept_out
from gone
