{% set most_names = 12 %}

-- E-mail addresses that join nobody by themselves: those that stand for none, and those under which two names disagree.
-- Names agree where they can be one person's: one has a part only or an initial, a short form, a typing error, the parts
-- in the other order, or another family name after a wedding. A mailbox of several people, or one to throw away, is
-- stricter: there the family names must agree too. Names in two scripts cannot be compared, and do not disagree.

with addresses as (
    select
        email_key,
        trim({{ words_of(dbt.split_part('email_key', "'@'", 1)) }}) as mailbox,
        {{ dbt.split_part('email_key', "'@'", 1) }} as local_part,
        trim({{ words_of(dbt.split_part('email_key', "'@'", 2)) }}) as domain
    from (select distinct email_key from {{ ref('unified_people') }} where email_key is not null) as seen
),

kinds as (
    select
        addresses.email_key,
        addresses.mailbox in (select word from {{ ref('nonsense_words') }} where field = 'mailbox')
        -- not n.a@ and the like: these may be initials
        or addresses.mailbox in (
            select trim({{ words_of('word') }}) from {{ ref('placeholder_words') }}
            where coalesce(real_for, '') not like '%person%' and length(word) > 3
        ) as is_placeholder,
        addresses.local_part in (select local_part from {{ ref('role_addresses') }})
        or addresses.domain in (select word from {{ ref('nonsense_words') }} where field = 'mail_domain') as is_strict
    from addresses
),

-- A record that a CRM says is another one's speaks for nobody, and its name, often the older one, is no other person's.
address_names as (
    select distinct
        people.email_key,
        people.given_name,
        people.family_name,
        trim(concat(coalesce(people.given_name, ''), ' ', coalesce(people.family_name, ''))) as full_name
    from {{ ref('unified_people') }} as people
    left join {{ ref('unified_merges') }} as merged on people.record_key = merged.loser_key
    where
        people.email_key is not null
        and (people.given_name is not null or people.family_name is not null)
        and people.converted_to_key is null
        and merged.loser_key is null
),

names as (
    select
        names.*,
        kinds.is_strict,
        {{ matches_pattern('names.full_name', "'[a-z]'") }} as is_latin,
        {{ dbt.split_part('names.given_name', "' '", 1) }} as first_given,
        count(*) over (partition by names.email_key) as name_count
    from address_names as names
    inner join kinds on names.email_key = kinds.email_key
    where not kinds.is_placeholder
),

pairs as (
    select
        one.email_key,
        one.is_strict,
        one.is_latin != other.is_latin as is_other_script,
        one.full_name = trim(concat(coalesce(other.family_name, ''), ' ', coalesce(other.given_name, '')))
        or {{ holds_words('other.full_name', 'one.full_name') }}
        or {{ holds_words('one.full_name', 'other.full_name') }} as is_part,
        one.given_name is null or other.given_name is null as has_no_given,
        one.family_name is null or other.family_name is null as has_no_family,
        coalesce({{ is_like_name('one.family_name', 'other.family_name') }}, false) as is_family_alike,
        coalesce(
            {{ is_like_name('one.given_name', 'other.given_name') }} or short_forms.name is not null, false
        ) as is_given_alike,
        coalesce(
            (length(one.first_given) = 1 or length(other.first_given) = 1)
            and left(one.first_given, 1) = left(other.first_given, 1),
            false
        ) as is_initial
    from names as one
    inner join names as other on one.email_key = other.email_key and one.full_name < other.full_name
    left join {{ ref('nicknames') }} as short_forms
        on
            (one.first_given = short_forms.name and other.first_given = short_forms.nickname)
            or (other.first_given = short_forms.name and one.first_given = short_forms.nickname)
    where one.name_count <= {{ most_names }}
),

judged as (
    select
        email_key,
        case
            when is_part or (is_other_script and not is_strict) then true
            when has_no_given and has_no_family then not is_strict
            when has_no_given then is_family_alike
            when is_given_alike then not is_strict or is_family_alike or has_no_family
            else is_initial and is_family_alike
        end as agrees
    from pairs
)

select email_key, 'placeholder' as reason from kinds where is_placeholder
union all
select email_key, 'names' as reason from judged group by email_key having min(case when agrees then 1 else 0 end) = 0
union all
select distinct email_key, 'names' as reason from names where name_count > {{ most_names }}
