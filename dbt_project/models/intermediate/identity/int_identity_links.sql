-- Records that share a link key are one person.

with records as (
    select * from {{ ref('int_person_records') }}
),

links as (
    select
        record_key,
        concat('email:', email_key) as link_key,
        'email' as reason
    from records
    where email_key is not null
    union all
    select record_key, same_as_key as link_key, 'crm' as reason from records where same_as_key is not null
    union all
    select
        {{ record_key('hubspot', 'contacts', 'loser_id') }} as record_key,
        {{ record_key('hubspot', 'contacts', 'winner_id') }} as link_key,
        'crm' as reason
    from {{ ref('int_hubspot_merges') }}
)

select
    record_key,
    record_key as link_key,
    cast(null as string) as reason,
    cast(null as double) as probability
from records
union all
select links.record_key, links.link_key, links.reason, cast(null as double) as probability
from links
inner join records on links.record_key = records.record_key
