update memory.log_identity_decisions as log
set link_key = 'erased:' || sha256(gone.record_key)
from gone
where list_contains(string_split(regexp_replace(log.link_key, '^linkage:', ''), '|'), gone.record_key)
