select
    {{ record_key('hubspot', 'contacts', 'contacts.contact_id') }} as record_key,
    'hubspot' as crm,
    'contacts' as object,
    contacts.contact_id as record_id,
    {{ email_key('contacts.email') }} as email_key,
    {{ person_name('contacts.first_name') }} as given_name,
    {{ person_name('contacts.last_name') }} as family_name,
    cast(null as string) as same_as_key,
    contacts.created_at,
    contacts.is_deleted or losers.loser_id is not null as is_deleted,
    losers.loser_id is not null as is_merged,
    false as is_converted
from {{ ref('stg_hubspot__contacts') }} as contacts
left join {{ ref('int_hubspot_merges') }} as losers on contacts.contact_id = losers.loser_id

union all

select
    {{ record_key('salesforce', 'leads', 'lead_record_id') }} as record_key,
    'salesforce' as crm,
    'leads' as object,
    lead_record_id as record_id,
    {{ email_key('email') }} as email_key,
    {{ person_name('first_name') }} as given_name,
    {{ person_name('last_name') }} as family_name,
    case
        when master_id is not null then {{ record_key('salesforce', 'leads', 'master_id') }}
        when is_converted and converted_contact_id is not null
            then {{ record_key('salesforce', 'contacts', 'converted_contact_id') }}
    end as same_as_key,
    created_at,
    is_deleted,
    master_id is not null as is_merged,
    is_converted
from {{ ref('stg_salesforce__leads') }}

union all

select
    {{ record_key('salesforce', 'contacts', 'contact_id') }} as record_key,
    'salesforce' as crm,
    'contacts' as object,
    contact_id as record_id,
    {{ email_key('email') }} as email_key,
    {{ person_name('first_name') }} as given_name,
    {{ person_name('last_name') }} as family_name,
    case when master_id is not null then {{ record_key('salesforce', 'contacts', 'master_id') }} end as same_as_key,
    created_at,
    is_deleted,
    master_id is not null as is_merged,
    false as is_converted
from {{ ref('stg_salesforce__contacts') }}
