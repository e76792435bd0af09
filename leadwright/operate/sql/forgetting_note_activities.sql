-- Their rows do not say whom they are about: only their own ids can keep them out.
insert into ops.erasures by name
select
    split_part(key, ':', 1) as crm,
    split_part(key, ':', 2) as object,
    sha256(key) as record_hash,
    now() as erased_at,
    true as is_kept_out
from gone_keys
where
    key not in (select record_key from gone)
    and not starts_with(key, 'leads:')
    and split_part(key, ':', 2) != 'made_tasks'
