-- Records that share a link key are one person.

with records as (
    select * from {{ ref('int_person_records') }}
),

splits as (
    select concat(crm, ':', object, ':', record_id) as record_key
    from {{ ref('identity_splits') }}
),

links as (
    select record_key, concat('email:', email_key) as link_key from records where email_key is not null
    union all
    select record_key, same_as_key as link_key from records where same_as_key is not null
    union all
    select
        {{ record_key('hubspot', 'contacts', 'loser_id') }} as record_key,
        {{ record_key('hubspot', 'contacts', 'winner_id') }} as link_key
    from {{ ref('int_hubspot_merges') }}
)

select record_key, record_key as link_key from records
union all
select links.record_key, links.link_key
from links
inner join records on links.record_key = records.record_key
left join splits on links.record_key = splits.record_key
where splits.record_key is null
