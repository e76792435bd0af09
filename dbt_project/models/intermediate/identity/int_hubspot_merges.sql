{{ hubspot_losers(ref('stg_hubspot__contacts'), 'contact_id') }}
