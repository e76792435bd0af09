-- Tasks of ours stay away though their CRM goes on showing them: nobody erases them there with the person.
insert into ops.erasures by name
select
    split_part(key, ':', 1) as crm,
    split_part(key, ':', 2) as object,
    sha256(key) as record_hash,
    now() as erased_at,
    true as is_kept_out
from gone_keys
where split_part(key, ':', 2) = 'made_tasks'
