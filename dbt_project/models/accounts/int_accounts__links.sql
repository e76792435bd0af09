-- Records that share a link key are one company. A record without a domain joins the company of the same name,
-- country and city where at most one domain goes by that name there, or of the same name and country where exactly
-- one does. So two records with different domains are never joined by name.

with records as (
    select * from {{ ref('int_accounts__records') }}
),

named as (
    select
        record_key,
        domain,
        concat('name:', name_key, '|', country, '|', trim({{ bare_words('city') }})) as link_key,
        0 as least_domains
    from records
    where name_key is not null and country is not null and city is not null
    union all
    select record_key, domain, concat('name:', name_key, '|', country) as link_key, 1 as least_domains
    from records
    where name_key is not null and country is not null
),

clear_names as (
    select link_key
    from named
    group by link_key, least_domains
    having count(distinct domain) between least_domains and 1
),

links as (
    select record_key, concat('domain:', domain) as link_key, 'domain' as reason from records where domain is not null
    union all
    select record_key, same_as_key as link_key, 'crm' as reason from records where same_as_key is not null
    union all
    select named.record_key, named.link_key, 'name' as reason
    from named
    inner join clear_names on named.link_key = clear_names.link_key
)

select
    record_key,
    record_key as link_key,
    cast(null as string) as reason,
    cast(null as double) as probability
from records
union all
select record_key, link_key, reason, cast(null as double) as probability
from links
