-- Records that share a link key are one person: a CRM says so, they have one e-mail address, or the linkage found them
-- probable enough. Under an address that joins nobody by itself the name has to be the same besides; one that stands for
-- none is no evidence at all.

with records as (
    select * from {{ ref('unified_people') }}
),

found as (
    select
        found.left_key,
        found.right_key,
        concat('linkage:', found.left_key, '|', found.right_key) as link_key,
        found.probability
    from {{ source('ops', 'identity_links') }} as found
    inner join {{ ref('linkage_thresholds') }} as thresholds
        on thresholds.link = 'people' and found.probability >= thresholds.least_probability
),

addresses as (
    select
        records.record_key,
        case
            when shared.email_key is null then concat('email:', records.email_key)
            when shared.reason = 'names' and coalesce(records.given_name, records.family_name) is not null
                then concat(
                    'email:', records.email_key,
                    '|', coalesce(records.given_name, ''), ' ', coalesce(records.family_name, '')
                )
        end as link_key
    from records
    left join {{ ref('int_identity__shared_addresses') }} as shared on records.email_key = shared.email_key
    where records.email_key is not null
),

links as (
    select record_key, link_key, 'email' as reason, cast(null as double) as probability
    from addresses
    where link_key is not null
    union all
    select record_key, converted_to_key as link_key, 'crm' as reason, cast(null as double) as probability
    from records
    where converted_to_key is not null
    union all
    select loser_key as record_key, winner_key as link_key, 'crm' as reason, cast(null as double) as probability
    from {{ ref('unified_merges') }}
    union all
    select left_key as record_key, link_key, 'linkage' as reason, probability from found
    union all
    select right_key as record_key, link_key, 'linkage' as reason, probability from found
)

select
    record_key,
    record_key as link_key,
    cast(null as string) as reason,
    cast(null as double) as probability
from records
union all
select links.record_key, links.link_key, links.reason, links.probability
from links
inner join records on links.record_key = records.record_key
