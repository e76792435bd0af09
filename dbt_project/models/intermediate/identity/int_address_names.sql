-- The names under each e-mail address. A record that a CRM says is another one's speaks for nobody, and its name, often
-- the older one, is no other person's.

select distinct
    email_key,
    given_name,
    family_name,
    trim(concat(coalesce(given_name, ''), ' ', coalesce(family_name, ''))) as full_name
from {{ ref('int_person_records') }}
where
    email_key is not null
    and (given_name is not null or family_name is not null)
    and same_as_key is null
    and not is_merged
