insert into ops.identity_links by name
select
    left_id as left_key,
    right_id as right_key,
    probability,
    now() as found_at
from links
