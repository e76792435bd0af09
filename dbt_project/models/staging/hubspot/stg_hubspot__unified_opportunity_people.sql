-- HubSpot names no main contact and dates no link, but says when the contact's own stage became opportunity.

select
    associations.crm,
    associations.crm || ':' || associations.from_id as opportunity_id,
    {{ record_key('associations.crm', 'contacts', 'associations.to_id') }} as record_key,
    cast(null as boolean) as is_primary,
    contacts.opportunity_at as joined_at
from {{ ref('stg_hubspot__associations') }} as associations
left join {{ ref('stg_hubspot__contacts') }} as contacts
    on associations.crm = contacts.crm and associations.to_id = contacts.contact_id
where associations.from_object = 'deals' and associations.to_object = 'contacts'
